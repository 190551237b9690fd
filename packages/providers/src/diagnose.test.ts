import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type DiagnoseInput, type Diagnosis, diagnose } from './diagnose.ts'
import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import { type Delivery, delivered, testSecret, testUrl } from './testing.ts'

const nowMs = 1_700_000_000_000
const stripe = providers.get('stripe')!
const github = providers.get('github')!
const secret = testSecret(stripe, 'own')

describe('diagnosis, in the order in which it is tested', () => {
  test('nothing is wrong with a proved request', () => {
    expect(of(stripe, delivered(stripe, secret, nowMs), [secret])).toBeUndefined()
  })

  test('the source has no secret, or a provider that is not known', () => {
    expect(of(stripe, delivered(stripe, secret, nowMs), [])).toMatchObject({ code: 'secret_missing' })
    const unknown = { ...stripe, id: 'nobody' }
    expect(of(unknown, delivered(stripe, secret, nowMs), [secret])).toMatchObject({ code: 'scheme_unknown' })
  })

  test('header_missing: names the header, and whose delivery it looks like', () => {
    const delivery = delivered(github, testSecret(github, 'own'), nowMs)
    const diagnosis = of(stripe, delivery, [secret])
    expect(diagnosis?.code).toBe('header_missing')
    expect(diagnosis?.text).toMatch(
      /^No Stripe-Signature header\. This looks like a .*GitHub.* delivery: wrong preset\?$/,
    )
    expect(of(stripe, { ...delivery, headers: [] }, [secret])?.text).toBe('No Stripe-Signature header.')
    const svix = providers.get('svix')!
    expect(of(stripe, delivered(providers.get('openai')!, testSecret(svix, 'a'), nowMs), [secret])?.text).toContain(
      'Standard Webhooks',
    )
    expect(
      of(providers.get('figma')!, { ...delivery, headers: [], body: Buffer.from('{}') }, ['passcode-of-ours'])?.text,
    ).toBe('The body carries no passcode.')
  })

  test('header_missing: says what is missing of a source without a fixed header', () => {
    const token = providers.get('static-token')!
    const bare = { url: testUrl, headers: [], body: Buffer.from('{}') }
    expect(of(token, bare, ['a-static-token-of-ours'], { options: { header: 'X-My-Token' } })?.text).toBe(
      'No X-My-Token header.',
    )
    expect(of(providers.get('adyen')!, bare, ['ab'.repeat(32)])?.text).toBe('The body carries no notificationItems.')
    expect(of(providers.get('docusign')!, bare, ['a-key-of-docusign'])?.text).toBe('No X-Docusign-Signature-1 header.')
  })

  test('header_duplicated: twice, or joined by a comma', () => {
    const own = testSecret(github, 'own')
    const delivery = delivered(github, own, nowMs)
    const value = delivery.headers.find(([name]) => name === 'x-hub-signature-256')!
    expect(of(github, { ...delivery, headers: [...delivery.headers, value] }, [own])).toMatchObject({
      code: 'header_duplicated',
    })
    expect(of(github, header(delivery, value[0], `${value[1]}, ${value[1]}`), [own])).toMatchObject({
      code: 'header_duplicated',
    })
  })

  test('header_malformed: says what was expected and what came', () => {
    const own = testSecret(github, 'own')
    const delivery = delivered(github, own, nowMs)
    const base64 = createHmac('sha256', own).update(delivery.body).digest('base64')
    const diagnosis = of(github, header(delivery, 'x-hub-signature-256', `sha256=${base64}`), [own])
    expect(diagnosis).toMatchObject({
      code: 'header_malformed',
      text: 'Expected sha256= followed by 64 hex characters; got base64.',
    })
    expect(of(github, header(delivery, 'x-hub-signature-256', 'foo'), [own])?.code).toBe('header_malformed')
  })

  test('secret_malformed: a signature or a blank was pasted', () => {
    const standard = providers.get('standard-webhooks')!
    const delivery = delivered(standard, testSecret(standard, 'own'), nowMs)
    const pasted = of(standard, delivery, ['v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='])
    expect(pasted).toMatchObject({
      code: 'secret_malformed',
      text: 'A stored secret is not of the form: this is a signature, not the secret.',
    })
    expect(of(stripe, delivered(stripe, secret, nowMs), [`${secret} `])?.code).toBe('secret_malformed')
  })

  test('timestamp_skew: the signature is right, the clock is not', () => {
    const delivery = delivered(stripe, secret, nowMs - 412_000)
    expect(of(stripe, delivery, [secret])).toMatchObject({
      code: 'timestamp_skew',
      text: 'Sender clock is 412 s behind; allowed 300 s.',
      evidence: { skewS: 412 },
    })
    expect(of(stripe, delivered(stripe, secret, nowMs + 400_000), [secret])?.text).toBe(
      'Sender clock is 400 s ahead; allowed 300 s.',
    )
  })

  test('secret_decoding: the right secret, read another way', () => {
    const generic = providers.get('generic-hmac')!
    const key = Buffer.from('a key of thirty-two bytes length').toString('base64')
    const body = Buffer.from('{"a":1}')
    const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(body).digest('hex')
    const delivery = { url: testUrl, headers: [['x-sig', signature]] as const, body }
    const diagnosis = of(generic, delivery, [key], { options: { header: 'X-Sig' } })
    expect(diagnosis).toMatchObject({
      code: 'secret_decoding',
      text: 'Right secret, other decoding. Set the option key to base64.',
    })

    const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(of(stripe, delivered(stripe, whsec, nowMs), ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])).toMatchObject({
      code: 'secret_decoding',
      text: 'Right secret, other form. Paste it exactly as Stripe shows it.',
    })
  })

  test('secret_previous and secret_other_source', () => {
    const old = testSecret(stripe, 'old')
    const delivery = delivered(stripe, old, nowMs)
    const retired = [{ id: 'r', value: old, removedAt: new Date('2026-11-02T12:00:00Z') }]
    expect(of(stripe, delivery, [secret], { retired })).toMatchObject({
      code: 'secret_previous',
      text: 'Signed with the secret removed on Nov 2.',
    })
    const siblings = [{ id: 'stripe-test', value: old }]
    expect(of(stripe, delivery, [secret], { siblings })).toMatchObject({
      code: 'secret_other_source',
      text: 'Signed with the secret of the source stripe-test.',
    })
  })

  test('a retired secret is found however old the delivery is', () => {
    const old = testSecret(stripe, 'old')
    const retired = [{ id: 'r', value: old, removedAt: new Date(nowMs) }]
    expect(of(stripe, delivered(stripe, old, nowMs - 86_400_000), [secret], { retired })?.code).toBe('secret_previous')
  })

  test.each([
    ['http instead of https', testUrl.replace('https:', 'http:'), {}],
    ['a port', testUrl.replace('.com', '.com:443'), {}],
    ['a slash at the end', `${testUrl}/`, {}],
    ['an older address', 'https://old.example.com/hooks/token', { otherUrls: ['https://old.example.com/hooks/token'] }],
    [
      'the printed address in place of the registered one',
      testUrl,
      { options: { public_url: 'https://proxy.example.com/x' } },
    ],
  ] as const)('url_mismatch: %s', (_title, url, more) => {
    const square = providers.get('square')!
    const own = testSecret(square, 'own')
    const { body } = delivered(square, own, nowMs)
    const signature = createHmac('sha256', own).update(url).update(body).digest('base64')
    const delivery = { url: testUrl, headers: [['x-square-hmacsha256-signature', signature]] as const, body }
    const diagnosis = of(square, delivery, [own], more)
    expect(diagnosis?.code).toBe('url_mismatch')
    expect(diagnosis?.text).toContain(url)
  })

  test.each([
    ['{"a": 1, "b": [1, 2]}', '{"a":1,"b":[1,2]}'],
    ['{\n  "a": 1\n}', '{"a":1}'],
    ['{"url":"https:\\/\\/x"}', '{"url":"https://x"}'],
    ['{"name":"\\u00e4"}', '{"name":"ä"}'],
    ['{"a":1}\r\n', '{"a":1}'],
    ['{"a":1}', '{"a":1}\n'],
    ['a\r\nb', 'a\nb'],
  ])('body_altered: signed as %j, arrived as %j', (signed, arrived) => {
    const own = testSecret(github, 'own')
    const signature = `sha256=${createHmac('sha256', own).update(signed).digest('hex')}`
    const delivery = {
      url: testUrl,
      headers: [['x-hub-signature-256', signature]] as const,
      body: Buffer.from(arrived),
    }
    const diagnosis = of(github, delivery, [own])
    expect(diagnosis?.code).toBe('body_altered')
    expect(diagnosis?.text).toMatch(/Forward raw bytes\.$/)
  })

  test('wrong_secret: none of the above, with the first 8 characters of both', () => {
    const diagnosis = of(stripe, delivered(stripe, testSecret(stripe, 'other'), nowMs), [secret])
    expect(diagnosis).toMatchObject({
      code: 'wrong_secret',
      text: 'No secret of this source matches. Copy it again from Stripe.',
    })
    expect(diagnosis?.evidence).toMatchObject({
      scheme: 'hmac',
      header: 'stripe-signature',
      signed: '{ts}.{body}',
      method: 'POST',
      skewS: null,
    })
    expect(diagnosis?.evidence.received).toMatch(/^[0-9a-f]{8}$/)
    expect(diagnosis?.evidence.expected).toMatch(/^[0-9a-f]{8}$/)
  })

  test('no diagnosis holds a secret or more of a signature', () => {
    for (const provider of providers.list()) {
      if (provider.scheme.sign === undefined || provider.secret.form === 'none') continue
      const [own, other] = [testSecret(provider, 'own'), testSecret(provider, 'other')]
      const text = JSON.stringify(of(provider, delivered(provider, other, nowMs), [own]))
      for (const hidden of [own, other, own.slice(-20), other.slice(-20)])
        expect(text, provider.id).not.toContain(hidden)
      expect(text).not.toMatch(/[0-9a-f]{40}/)
    }
  })
})

function of(
  provider: Provider,
  delivery: Omit<Delivery, 'ok' | 'method'>,
  secrets: readonly string[],
  more: Partial<DiagnoseInput> = {},
): Diagnosis | undefined {
  return diagnose({
    provider: provider.id,
    options: {},
    secrets: secrets.map((value, i) => ({ id: `secret-${i}`, value })),
    request: { method: 'POST', url: delivery.url, query: '', rawHeaders: delivery.headers.flat(), body: delivery.body },
    nowMs,
    ...more,
  })
}

function header(delivery: Delivery, name: string, value: string): Delivery {
  return {
    ...delivery,
    headers: delivery.headers.map(([candidate, old]) => [candidate, candidate === name ? value : old] as const),
  }
}
