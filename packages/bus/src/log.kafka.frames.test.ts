import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { splitFrames } from './log.kafka.frames.ts'

function frame(bytes: number, fill: number): Buffer {
  const whole = Buffer.alloc(4 + bytes, fill)
  whole.writeInt32BE(bytes, 0)
  return whole
}

const stream = Buffer.concat([frame(0, 1), frame(5, 2), frame(1, 3), frame(300, 4), frame(2, 5)])

describe('splitFrames', () => {
  test.each([1, 2, 3, 4, 5, 7, 64, 299, 1000])(
    'hands on whole frames when they arrive in pieces of %i bytes',
    (size) => {
      const out: Buffer[] = []
      const split = splitFrames((whole) => out.push(whole))
      for (let at = 0; at < stream.length; at += size) split(stream.subarray(at, at + size))
      expect(Buffer.concat(out)).toEqual(stream)
      for (const whole of out) {
        let end = 0
        while (end < whole.length) end += 4 + whole.readInt32BE(end)
        expect(end).toBe(whole.length)
      }
    },
  )

  test('keeps the half of a frame back', () => {
    const out: Buffer[] = []
    const split = splitFrames((whole) => out.push(whole))
    split(Buffer.concat([frame(3, 7), frame(10, 8).subarray(0, 13)]))
    expect(Buffer.concat(out)).toEqual(frame(3, 7))
  })

  test('passes a stream’s chunks on unchanged', async () => {
    const source = new PassThrough()
    const out: Buffer[] = []
    const split = splitFrames((whole) => out.push(whole))
    source.on('data', split)
    source.end(stream)
    await new Promise((resolve) => source.on('end', resolve))
    expect(Buffer.concat(out)).toEqual(stream)
  })
})
