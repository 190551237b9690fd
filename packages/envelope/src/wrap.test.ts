import { describe, expect, it } from 'vitest'
import { eventLimits, scanDocument } from './json.ts'
import { unwrap, type Wrap, type Wrapped, wrapBase64, wrapForm, wrapJson, wrapText } from './wrap.ts'

const bytes = (text: string) => Buffer.from(text)
const back = (wrapped: Wrapped) => unwrap(wrapped.payload, wrapped.wrap, wrapped.exactBody)

function isObject(payload: Buffer): boolean {
  const document = scanDocument(payload, eventLimits)
  return document.ok && document.kind === 'object'
}

describe('json', () => {
  it.each(['[1,2]', ' [ 9223372036854775807 ]\n', '"text"', '-0', 'null', '[{"body":1}]'])(
    'wraps %j and gives it back',
    (text) => {
      const wrapped = wrapJson(bytes(text))
      expect(wrapped.payload.toString()).toBe(`{"body":${text}}`)
      expect(isObject(wrapped.payload)).toBe(true)
      expect(back(wrapped)).toEqual(bytes(text))
    },
  )
})

describe('text', () => {
  it.each([
    '',
    'plain',
    'line\r\nline\t"quoted" \\',
    '\u0000\u001e\u001f\u007f',
    'Zürich 😀 \u2028',
    '\ufeffmarked',
    '{"a":',
  ])('wraps %j and gives it back', (text) => {
    const wrapped = wrapText(bytes(text))
    expect(wrapped.wrap).toBe('text')
    expect(JSON.parse(wrapped.payload.toString())).toEqual({ text })
    expect(isObject(wrapped.payload)).toBe(true)
    expect(back(wrapped)).toEqual(bytes(text))
  })

  it('keeps what is not UTF-8 as base64', () => {
    const latin1 = Buffer.from([0x66, 0xfc, 0x72])
    expect(wrapText(latin1).wrap).toBe('base64')
    expect(back(wrapText(latin1))).toEqual(latin1)
  })
})

describe('base64', () => {
  it('wraps any bytes and gives them back', () => {
    for (let length = 0; length < 64; length++) {
      const any = Buffer.from(Array.from({ length }, (_, i) => (i * 37 + length * 11) & 0xff))
      const wrapped = wrapBase64(any)
      expect(isObject(wrapped.payload)).toBe(true)
      expect(back(wrapped)).toEqual(any)
    }
  })
})

describe('form', () => {
  const fields = (text: string) => JSON.parse(wrapForm(bytes(text)).payload.toString()) as unknown

  it('is an object of strings', () => {
    expect(fields('a=1&b=two+words&c=%C3%BC&d&=e&f=x=y')).toEqual({
      a: '1',
      b: 'two words',
      c: 'ü',
      d: '',
      '': 'e',
      f: 'x=y',
    })
    expect(fields('')).toEqual({})
  })

  it('keeps the last of a repeated field in the payload and the exact body beside it', () => {
    const wrapped = wrapForm(bytes('a=1&a=2&b=%zz'))
    expect(wrapped.payload.toString()).toBe('{"a":"2","b":"%zz"}')
    expect(back(wrapped)).toEqual(bytes('a=1&a=2&b=%zz'))
  })

  it('keeps a leading question mark and names that objects would treat as theirs', () => {
    expect(fields('?a=1')).toEqual({ '?a': '1' })
    expect(wrapForm(bytes('__proto__=x')).payload.toString()).toBe('{"__proto__":"x"}')
  })

  it('gives the exact body back even if it is not UTF-8', () => {
    const body = Buffer.from([0x61, 0x3d, 0xff, 0x26, 0x62])
    expect(isObject(wrapForm(body).payload)).toBe(true)
    expect(back(wrapForm(body))).toEqual(body)
  })

  it('has at most as many fields as an event members', () => {
    const form = (count: number) => bytes(Array.from({ length: count }, (_, i) => `f${i}=`).join('&'))
    expect(wrapForm(form(10_000)).wrap).toBe('form')
    expect(isObject(wrapForm(form(10_000)).payload)).toBe(true)
    expect(wrapForm(form(10_001)).wrap).toBe('text')
    expect(back(wrapForm(form(10_001)))).toEqual(form(10_001))
  })
})

describe('unwrap', () => {
  it('gives an object that was not wrapped as it is', () => {
    expect(unwrap(bytes(' {"a":1} '), 'none')).toEqual(bytes(' {"a":1} '))
  })

  it.each<[Wrap, string]>([
    ['json', '{"text":"a"}'],
    ['json', '{"body":1'],
    ['text', '{"body":1}'],
    ['text', '{"text":1}'],
    ['text', '{"text":"a","b":1}'],
    ['base64', '{"text":"a"}'],
    ['form', '{"a":"1"}'],
  ])('has nothing to give for %s from %s', (wrap, payload) => {
    expect(unwrap(bytes(payload), wrap)).toBeUndefined()
  })
})
