import type { StoredRecord } from '@eventmesh/bus'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const blank = 0x20

/**
 * `{"position":…,"key":…,"headers":{…},"value":<the record's bytes>}` and a line feed. Valid JSON has raw line breaks
 * only between tokens, where a blank means the same; `em-body`, exact bytes of a form, is base64.
 */
export function tailLine(record: Pick<StoredRecord, 'position' | 'key' | 'headers' | 'value' | 'exactBody'>): Buffer {
  const headers = record.exactBody
    ? { ...record.headers, 'em-body': record.exactBody.toString('base64') }
    : record.headers
  const { position, key } = record
  const members = JSON.stringify({ position, key, headers })
  return Buffer.concat([Buffer.from(`${members.slice(0, -1)},"value":`), onOneLine(record.value), Buffer.from('}\n')])
}

function onOneLine(value: Buffer): Buffer {
  if (!value.includes(lineFeed) && !value.includes(carriageReturn)) return value
  return Buffer.from(value.map((byte) => (byte === lineFeed || byte === carriageReturn ? blank : byte)))
}
