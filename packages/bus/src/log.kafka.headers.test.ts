import { Writer } from '@platformatic/kafka'
import { describe, expect, it } from 'vitest'
import { encodeHeaders, encodeHeadersAtOnce } from './log.kafka.headers.ts'

const theirs = Writer.prototype.appendVarIntMap

/** As the client does it: one `appendVarIntBytes` for each name and value. */
function byTheClient(headers: Map<Buffer, Buffer> | undefined): Buffer {
  return theirs.call(Writer.create(), headers as Map<unknown, unknown>, (writer, [name, value]) => {
    writer.appendVarIntBytes(name as Buffer).appendVarIntBytes(value as Buffer)
  }).buffer
}

const bytes = (length: number, fill: number): Buffer => Buffer.alloc(length, fill)

describe('headers of a record', () => {
  it.each([
    ['none', []],
    ['empty names and values', [[0, 0]]],
    [
      'lengths around each size of a varint',
      [0, 1, 63, 64, 127, 128, 8_191, 8_192, 1_048_575, 1_048_576].map((length) => [7, length]),
    ],
    ['more than 63 of them', Array.from({ length: 70 }, (_, index) => [3 + index, index * 3])],
  ] satisfies [string, number[][]][])('are the same bytes as the client writes: %s', (_what, lengths) => {
    const headers = new Map(lengths.map(([name, value], index) => [bytes(name!, index), bytes(value!, 255 - index)]))
    expect(encodeHeaders(headers).equals(byTheClient(headers))).toBe(true)
  })

  it('are what the client writes from then on', () => {
    const headers = new Map([[bytes(5, 1), bytes(70, 2)]])
    const expected = [byTheClient(headers), byTheClient(undefined)]
    encodeHeadersAtOnce()
    const written = [headers, undefined].map((each) => Writer.create().appendVarIntMap(each, () => undefined).buffer)
    expect(written).toEqual(expected)
  })
})
