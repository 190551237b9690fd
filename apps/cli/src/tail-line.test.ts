import { describe, expect, test } from 'vitest'
import { tailLine } from './tail-line.ts'

const record = {
  position: '7',
  key: 't:e',
  headers: { 'em-mode': 'test' },
  value: Buffer.from('{"n":9223372036854775807}'),
}

describe('a line of event tail', () => {
  test('holds the record and its bytes', () => {
    expect(tailLine(record).toString()).toBe(
      '{"position":"7","key":"t:e","headers":{"em-mode":"test"},"value":{"n":9223372036854775807}}\n',
    )
  })

  test('is one line although the payload was sent on several', () => {
    const value = Buffer.from('{"payload":{\r\n  "a": "x\\ny"\n}}')
    const line = tailLine({ ...record, value }).toString()
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(line).not.toContain('\r')
    expect(JSON.parse(line).value).toEqual(JSON.parse(value.toString()))
  })

  test('carries the exact body of a form as base64', () => {
    const line = tailLine({ ...record, exactBody: Buffer.from('a=%zz') }).toString()
    expect(JSON.parse(line).headers['em-body']).toBe(Buffer.from('a=%zz').toString('base64'))
  })
})
