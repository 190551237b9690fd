import { isUtf8 } from 'node:buffer'
import type { JsonFault } from './json.ts'

/** Refuses what is not UTF-8 (overlong forms and surrogates included) and a byte order mark. `undefined`: all well. */
export function checkUtf8(bytes: Buffer): JsonFault | undefined {
  if (!isUtf8(bytes)) {
    return { reason: 'encoding', detail: 'the body is not valid UTF-8', offset: firstInvalid(bytes), pointer: '' }
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return {
      reason: 'encoding',
      detail: 'the body starts with a byte order mark; send it without',
      offset: 0,
      pointer: '',
    }
  }
  return undefined
}

/** Whether `text` can be an id or a routing value: no lone surrogate, no control character (C0, DEL, C1). */
export function isCleanText(text: string): boolean {
  return text.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f]/.test(text)
}

/** Offset of the first byte that no well-formed sequence (Unicode, table 3-7) covers. */
function firstInvalid(bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return at
}

function sequenceLength(bytes: Buffer, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4
  const second = bytes[at + 1] ?? 0
  if (lead === 0xe0 && second < 0xa0) return 0
  if (lead === 0xed && second > 0x9f) return 0
  if (lead === 0xf0 && second < 0x90) return 0
  if (lead === 0xf4 && second > 0x8f) return 0
  for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}
