import { describe, expect, it } from 'vitest'
import { redact, redactedCopy } from './redact.ts'

describe('redaction', () => {
  it.each([
    ['API keys', 'a em_live_0123456789abcdefghij b', 'a em_live_[redacted] b'],
    ['bearer tokens', 'Authorization: Bearer abcdef123456', 'Authorization: Bearer [redacted]'],
    ['passwords in URLs', 'postgres://user:pass@host/db', 'postgres://[redacted]@host/db'],
    ['members with telling names', '{"password":"x\\"y","n":1}', '{"password":"[redacted]","n":1}'],
    ['numbers under such names', '{"client_secret": 1234}', '{"client_secret": "[redacted]"}'],
    [
      'signatures in a body',
      '{"Signature":"AbC+/=","SignatureVersion":"1"}',
      '{"Signature":"[redacted]","SignatureVersion":"[redacted]"}',
    ],
    [
      'form fields with telling names',
      'a=1&token=xyz&bt_signature=p%7Cs&b=2',
      'a=1&token=[redacted]&bt_signature=[redacted]&b=2',
    ],
    [
      'the signature of a JWT',
      'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.AAAABBBBCCCC',
      'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.[redacted]',
    ],
    ['an unfinished string', '{"apiKey":"abc', '{"apiKey":"[redacted]"'],
  ])('takes out %s', (_what, text, expected) => {
    expect(redact(text)).toBe(expected)
  })

  it('leaves the rest as it is', () => {
    const text = '{"event_type":"order.created","payload":{"tokens_used":"none of ours"}}'
    expect(redact('{"note":"secret santa"}')).toBe('{"note":"secret santa"}')
    expect(redact('a=1&tok=x&note=a secret=')).toBe('a=1&tok=x&note=a secret=')
    expect(redactedCopy(Buffer.from(text.replace('tokens_used', 'total'))).truncated).toBe(false)
  })

  it('cuts the copy at 4,000 bytes and says so', () => {
    expect(redactedCopy(Buffer.alloc(4_000, 'a'))).toEqual({ text: 'a'.repeat(4_000), truncated: false })
    expect(redactedCopy(Buffer.alloc(4_001, 'a'))).toEqual({ text: 'a'.repeat(4_000), truncated: true })
  })

  it('finds a secret that crosses the cut', () => {
    const body = Buffer.from(`${'a'.repeat(3_980)} em_live_${'Z'.repeat(40)}`)
    expect(redactedCopy(body).text).not.toContain('ZZ')
  })
})
