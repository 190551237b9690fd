import { isUtf8 } from 'node:buffer'
import { describe, expect, it } from 'vitest'
import { checkUtf8, isCleanText } from './text.ts'

describe('UTF-8', () => {
  it.each(['', 'ascii', 'Zürich 😀', '\u0000', '\u{10ffff}', '\ufffd', 'a\ufeffb'])('takes %j', (text) => {
    expect(checkUtf8(Buffer.from(text))).toBeUndefined()
  })

  it.each([
    [[0x61, 0xff], 1],
    [[0x61, 0x80], 1],
    [[0xc0, 0xaf], 0],
    [[0xc1, 0xbf], 0],
    [[0xe0, 0x9f, 0xbf], 0],
    [[0xed, 0xa0, 0x80], 0],
    [[0xf0, 0x8f, 0xbf, 0xbf], 0],
    [[0xf4, 0x90, 0x80, 0x80], 0],
    [[0xf5, 0x80, 0x80, 0x80], 0],
    [[0xc3, 0xbc, 0xc3], 2],
    [[0xf0, 0x9f, 0x98, 0x80, 0xf0, 0x9f, 0x98], 4],
    [[0xff, 0xfe, 0x7b, 0x00], 0],
  ])('refuses bytes %j at offset %i', (bytes, offset) => {
    expect(checkUtf8(Buffer.from(bytes))).toMatchObject({ reason: 'encoding', offset })
  })

  it('finds an offset for whatever Node refuses', () => {
    for (let first = 0x80; first < 0x100; first++) {
      for (let second = 0x70; second < 0x100; second += 3) {
        const bytes = Buffer.from([0x61, first, second, 0x80, 0x80])
        const fault = checkUtf8(bytes)
        expect(fault === undefined).toBe(isUtf8(bytes))
        if (fault !== undefined) expect(isUtf8(bytes.subarray(0, fault.offset))).toBe(true)
        if (fault !== undefined) expect(fault.offset).toBeLessThan(bytes.length)
      }
    }
  })

  it('refuses a byte order mark', () => {
    expect(checkUtf8(Buffer.from('\ufeff{}'))).toMatchObject({
      offset: 0,
      detail: expect.stringContaining('byte order mark'),
    })
  })
})

describe('clean text', () => {
  it.each(['', 'order-42', 'Zürich 😀', '\u00a0'])('takes %j', (text) => expect(isCleanText(text)).toBe(true))
  it.each(['\u0000', 'a\nb', '\u001f', '\u007f', '\u0085', '\u009f', '\ud800', '\udc00a'])('refuses %j', (text) =>
    expect(isCleanText(text)).toBe(false),
  )
})
