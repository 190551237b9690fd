import { describe, expect, test } from 'vitest'
import { bodyBytesMax, bodyLimit, checkOptions, optionForms } from './options.ts'
import { providers } from './registry.ts'

const check = (id: string, options: Record<string, string>) => checkOptions(providers.get(id)!, options)

describe('the options of a source', () => {
  test('every provider takes public_url, tolerance and max_body', () => {
    for (const provider of providers.list()) {
      const names = optionForms(provider).map(({ name }) => name)
      expect(names.slice(-3)).toEqual(['public_url', 'tolerance', 'max_body'])
    }
    const options = { public_url: 'https://example.com/a', tolerance: '0', max_body: String(bodyBytesMax) }
    expect(check('stripe', options)).toEqual({ ok: true, options })
  })

  test('an unknown one is refused by name, with every other problem at once', () => {
    const refused = check('stripe', { colour: 'red', tolerance: '-1', constructor: 'x' })
    expect(refused).toMatchObject({ ok: false })
    expect(refused.ok ? [] : refused.problems).toEqual([
      'colour: Stripe has no such option',
      'constructor: Stripe has no such option',
      'tolerance: must be a whole number of seconds',
    ])
  })

  test.each([
    'example.com',
    'ftp://example.com',
    'https://example.com/a?b',
    'https://example.com/#x',
    'https://',
    'https://a b',
    '',
  ])('public_url %j is refused', (public_url) => expect(check('square', { public_url }).ok).toBe(false))

  test.each([
    ['0', false],
    ['1', true],
    [String(bodyBytesMax), true],
    [String(bodyBytesMax + 1), false],
    ['1.5', false],
  ])('max_body %s: %s', (max_body, isTaken) => {
    expect(check('github', { max_body }).ok).toBe(isTaken)
  })

  test('the default body limit is 3 MiB', () => {
    expect(bodyLimit({})).toBe(3 * 1024 * 1024)
    expect(bodyLimit({ max_body: '5' })).toBe(5)
  })

  test('what is required is asked for', () => {
    expect(check('paypal', {})).toMatchObject({ ok: false })
    expect(check('paypal', { webhook_id: 'W' })).toEqual({ ok: true, options: { webhook_id: 'W' } })
    expect(check('gcp-pubsub', { audience: 'a' })).toMatchObject({ ok: false })
    expect(check('generic-hmac', {})).toMatchObject({ ok: false })
  })

  test('defaults are filled in', () => {
    expect(check('cloudinary', {})).toEqual({ ok: true, options: { hash: 'sha1' } })
    expect(check('static-token', {})).toEqual({ ok: true, options: { header: 'Authorization' } })
    expect(check('generic-hmac', { header: 'X-Sig' })).toEqual({
      ok: true,
      options: { header: 'X-Sig', hash: 'sha256', encoding: 'hex', key: 'utf8', signed: '{body}' },
    })
  })

  test.each([
    ['{ts}.{body}', 'X-Time', true],
    ['{ts}.{body}', undefined, false],
    ['{method}{url}{body}', undefined, true],
    ['{ts}', 'X-Time', false],
    ['{body}{body}', undefined, false],
    ['{other}{body}', undefined, false],
    ['{body', undefined, false],
  ])('generic-hmac: signed %j with timestamp_header %j: %s', (signed, timestamp_header, isTaken) => {
    expect(
      check('generic-hmac', {
        header: 'X-Sig',
        signed,
        ...(timestamp_header === undefined ? {} : { timestamp_header }),
      }).ok,
    ).toBe(isTaken)
  })

  test.each(['md5', 'SHA256', ''])('hash %j is refused', (hash) => {
    expect(check('generic-hmac', { header: 'X-Sig', hash }).ok).toBe(false)
    expect(check('cloudinary', { hash }).ok).toBe(false)
  })

  test('topic_arn must be one', () => {
    expect(check('aws-sns', { topic_arn: 'arn:aws:sns:us-east-1:123456789012:demo' }).ok).toBe(true)
    expect(check('aws-sns', { topic_arn: 'demo' }).ok).toBe(false)
  })
})
