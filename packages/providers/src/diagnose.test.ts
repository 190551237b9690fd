import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type DiagnoseInput, type Diagnosis, diagnose } from './diagnose.ts'
import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import { type Delivery, delivered, testOptions, testSecret, testUrl } from './testing.ts'

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

  test.each([
    'discord',
    'generic-hmac',
    'hubspot',
    'mandrill',
    'messagebird',
    'sendgrid',
    'static-token',
    'stripe',
    'twilio',
  ])('header_duplicated: a signature of %s that a proxy joined to itself', (id) => {
    const provider = providers.get(id)!
    const joined = { ...signedBy(provider), name: signatureHeader(provider) }
    const value = joined.delivery.headers.find(([name]) => name.toLowerCase() === joined.name.toLowerCase())![1]
    for (const comma of [',', ', ']) {
      const twice = header(joined.delivery, joined.name, value + comma + value)
      expect(of(provider, twice, [joined.secret], { options: joined.options })?.code, comma).toBe('header_duplicated')
    }
  })

  test.each([
    ['discord', Buffer.alloc(64, 1).toString('base64'), 'Expected 128 hex characters; got base64.'],
    ['sendgrid', Buffer.alloc(64, 1).toString('hex'), 'Expected an ECDSA signature (DER) in base64.'],
    ['twilio', Buffer.alloc(20, 1).toString('hex'), 'Expected 20 bytes in base64; got hex.'],
    ['mandrill', 'abc', 'Expected 20 bytes in base64; got 3 characters.'],
    ['hubspot', Buffer.alloc(32, 1).toString('hex'), 'Expected 32 bytes in base64; got hex.'],
    ['box', Buffer.alloc(32, 1).toString('hex'), 'Expected 32 bytes in base64; got hex.'],
    ['cloudinary', Buffer.alloc(20, 1).toString('base64'), 'Expected 40 hex characters; got base64.'],
    ['contentful', Buffer.alloc(32, 1).toString('base64'), 'Expected 64 hex characters; got base64.'],
    ['messagebird', 'a.b', 'Expected a JWT: three parts in base64url, joined by dots.'],
    ['plaid', 'e30.e30', 'Expected a JWT: three parts in base64url, joined by dots.'],
    ['basic-auth', 'dXNlcjpwYXNz', 'Expected Basic followed by user:password in base64.'],
    ['auth0', 'a-token-without-its-scheme', 'Expected Bearer followed by the token.'],
    ['generic-hmac', Buffer.alloc(32, 1).toString('base64'), 'Expected v1= followed by 32 bytes in base64.'],
  ])('header_malformed: no signature of %s looks like that', (id, value, text) => {
    const provider = providers.get(id)!
    const { delivery, secret: own, options } = signedBy(provider)
    const diagnosis = of(provider, header(delivery, signatureHeader(provider), value), [own], { options })
    expect(diagnosis).toMatchObject({ code: 'header_malformed', text })
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
      evidence: { skewS: 412, signedAt: new Date(nowMs - 412_000).toISOString() },
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
      evidence: { decoding: 'base64', header: 'x-sig' },
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
      signedAt: new Date(nowMs).toISOString(),
      skewS: 0,
    })
    expect(diagnosis?.evidence.received).toMatch(/^[0-9a-f]{8}$/)
    expect(diagnosis?.evidence.expected).toMatch(/^[0-9a-f]{8}$/)
  })

  test('a key that could not be fetched blames nobody; one that was, and does not fit, is named', () => {
    const paypal = providers.get('paypal')!
    const url = 'https://api.paypal.com/v1/notifications/certs/CERT-1'
    const delivery = {
      url: testUrl,
      headers: [
        ['paypal-transmission-id', 'a'],
        ['paypal-transmission-time', new Date(nowMs).toISOString()],
        ['paypal-transmission-sig', Buffer.alloc(256, 1).toString('base64')],
        ['paypal-cert-url', url],
        ['paypal-auth-algo', 'SHA256withRSA'],
      ] as const,
      body: Buffer.from('{}'),
    }
    const options = { webhook_id: 'WH-1' }
    expect(of(paypal, delivery, [], { options })).toBeUndefined()
    expect(of(paypal, delivery, [], { options, fetched: new Map([[url, 'no certificate']]) })).toMatchObject({
      code: 'wrong_secret',
      text: "PayPal's certificate does not verify the signature.",
    })
  })

  test('body_altered: the line end that a provider signs was lost with the blanks', () => {
    const own = testSecret(github, 'own')
    const body = Buffer.from('[{"event":"delivered","id":1}]\r\n')
    const signature = createHmac('sha256', own).update(body).digest('hex')
    const headers = [['x-hub-signature-256', `sha256=${signature}`]] as const
    const arrived = Buffer.from('[ {"event": "delivered", "id": 1} ]')
    expect(of(github, { url: testUrl, headers, body: arrived }, [own])?.code).toBe('body_altered')
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

/** A delivery as the provider signs it, or, where only it can sign, one whose header is of the right form. */
function signedBy(provider: Provider): {
  readonly delivery: Delivery
  readonly secret: string
  readonly options: DiagnoseInput['options']
} {
  const options = testOptions[provider.id] ?? {}
  const own = publicKeys[provider.id] ?? testSecret(provider, 'own')
  if (publicKeys[provider.id] === undefined) return { delivery: delivered(provider, own, nowMs), secret: own, options }
  const signature = provider.id === 'discord' ? '01'.repeat(64) : 'MAYCAQECAQE='
  const names = provider.scheme.headers.map((name) => [name, String(nowMs / 1_000)] as const)
  const headers = names.map(([name, time]) => [name, name === signatureHeader(provider) ? signature : time] as const)
  const delivery = { ok: true, method: 'POST', url: testUrl, headers, body: Buffer.from('{}') } as const
  return { delivery, secret: own, options }
}

function signatureHeader({ id, scheme }: Provider): string {
  return id === 'generic-hmac' ? 'X-Signature' : id === 'static-token' ? 'authorization' : scheme.required[0]!
}

const publicKeys: Readonly<Record<string, string | undefined>> = {
  discord: 'ab'.repeat(32),
  sendgrid:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
  plaid:
    '{"kty":"EC","crv":"P-256","kid":"k","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}',
}

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
    headers: delivery.headers.map(
      ([candidate, old]) => [candidate, candidate.toLowerCase() === name.toLowerCase() ? value : old] as const,
    ),
  }
}
