import { isUtf8 } from 'node:buffer'
import type { LogRecord } from './log.ts'

/**
 * Key, headers, value and exact body together. 64 KiB above the record limit of ingest (8 MiB), as a broker's
 * `max.message.bytes` is.
 */
export const recordBytesMax = 8 * 1024 * 1024 + 64 * 1024

// U+0000 is the one character that Postgres cannot hold; U+001E and U+001F delimit records there. JSON text has none raw.
const forbiddenInValue = [0x00, 0x1e, 0x1f] as const

const control = /[\u0000-\u001f\u007f]/

/**
 * The one check of every adapter, so that a record means the same on each: text that is well-formed and without control
 * characters in key and headers, UTF-8 that can be JSON in the value. Answers the record's bytes; throws `TypeError` or
 * `RangeError` for a caller's bug, naming the place and never the content.
 */
export function checkRecord(record: LogRecord): number {
  checkText('key', record.key)
  let bytes = Buffer.byteLength(record.key) + record.value.length + (record.exactBody?.length ?? 0)
  for (const name in record.headers) {
    const value = record.headers[name]!
    checkText('header name', name)
    checkText(`header ${name}`, value)
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
  }
  for (const byte of forbiddenInValue) {
    if (record.value.includes(byte))
      throw new TypeError('log record: control character in the value, which JSON cannot have')
  }
  if (!isUtf8(record.value)) throw new TypeError('log record: the value is not UTF-8')
  if (bytes > recordBytesMax) throw new RangeError(`log record: ${bytes} bytes, more than ${recordBytesMax}`)
  return bytes
}

function checkText(place: string, text: string): void {
  if (control.test(text)) throw new TypeError(`log record: control character in ${place}`)
  if (!text.isWellFormed()) throw new TypeError(`log record: lone surrogate in ${place}`)
}
