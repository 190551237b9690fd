import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Secret, SourceOptions } from './schemes/scheme.ts'
import { type Verdict, verify } from './verify.ts'

type Sample = {
  readonly provider: string
  readonly description: string
  readonly secret?: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string
  }
  readonly expected_response: {
    readonly status: number
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string
  }
}

const samples = JSON.parse(
  readFileSync(new URL('../fixtures/handshakes.json', import.meta.url), 'utf8'),
) as readonly Sample[]
const nowMs = 1_700_000_000_000

describe('handshakes', () => {
  test.each(samples.map((sample) => [`${sample.provider}: ${sample.description}`, sample] as const))(
    'answers %s',
    async (_title, sample) => {
      const prepared = prepare(sample)
      const verdict = await shake(sample.provider, { ...sample.request, ...prepared })
      const { status, headers = {}, body } = sample.expected_response
      const answer = answerOf(verdict)
      expect(answer.status, JSON.stringify(verdict)).toBe(status)
      for (const [name, value] of Object.entries(headers))
        expect(lowerCase(answer.headers)[name.toLowerCase()]).toBe(value)
      if (body !== undefined) expect(answer.body).toBe(body)
    },
  )

  test.each(['', 'a b', '{"a":1}', 'v0:1700000000:{}', 'a,b', 'a&b', '<x>', 'é', 'a'.repeat(257)])(
    'signs no challenge that could be a body or a template: %j',
    async (challenge) => {
      const zoom = JSON.stringify({ event: 'endpoint.url_validation', payload: { plainToken: challenge } })
      const smartcar = JSON.stringify({ eventName: 'verify', data: { challenge } })
      const query = new URLSearchParams({ crc_token: challenge, bt_challenge: challenge }).toString()
      const secrets = [{ id: 's', value: 'public|private' }]
      const verdicts = [
        await shake('zoom', { method: 'POST', body: zoom, secrets }),
        await shake('smartcar', { method: 'POST', body: smartcar, secrets }),
        await shake('x-twitter', { method: 'GET', url: `https://example.com/hook?${query}`, secrets }),
        await shake('braintree', { method: 'GET', url: `https://example.com/hook?${query}`, secrets }),
      ]
      expect(verdicts.map((verdict) => (verdict.kind === 'refused' ? verdict.code : verdict.kind))).toEqual(
        Array(4).fill('challenge_invalid'),
      )
    },
  )

  test('the answer to a challenge does not prove a body of the same text', async () => {
    const secrets = [{ id: 's', value: 'public|private' }]
    const challenge = '20f9f8ed05f77439fe955c977e4c8a53'
    const crc = await shake('x-twitter', {
      method: 'GET',
      url: `https://example.com/hook?crc_token=${challenge}`,
      secrets,
    })
    const { response_token } = JSON.parse(answerOf(crc).body) as { response_token: string }
    const headers = { 'x-twitter-webhooks-signature': response_token }
    const forged = await shake('x-twitter', { method: 'POST', body: challenge, headers, secrets })
    expect(forged).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })

    const gateway = await shake('braintree', {
      method: 'GET',
      url: `https://example.com/hook?bt_challenge=${challenge}`,
      secrets,
    })
    const body = new URLSearchParams({ bt_signature: answerOf(gateway).body, bt_payload: challenge }).toString()
    expect(await shake('braintree', { method: 'POST', body, secrets })).toMatchObject({ kind: 'refused' })
  })

  test('a challenge of 256 allowed characters is signed', async () => {
    const challenge = 'aA0_+/=.-'.padEnd(256, 'x')
    const url = `https://example.com/hook?crc_token=${encodeURIComponent(challenge)}`
    expect((await shake('x-twitter', { method: 'GET', url, secrets: [{ id: 's', value: 'k' }] })).kind).toBe(
      'handshake',
    )
  })

  test.each([19, 20, 32, 33])('Braintree: a challenge of %i hex digits', async (length) => {
    const url = `https://example.com/hook?bt_challenge=${'a'.repeat(length)}`
    const verdict = await shake('braintree', { method: 'GET', url, secrets: [{ id: 's', value: 'p|q' }] })
    expect(verdict.kind).toBe(length === 20 || length === 32 ? 'handshake' : 'refused')
  })

  test('without a secret nothing is signed in answer', async () => {
    const verdict = await shake('x-twitter', { method: 'GET', url: 'https://example.com/hook?crc_token=foo' })
    expect(verdict).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
  })

  test('a signed challenge is not answered unsigned', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc' })
    const secrets = [{ id: 's', value: 'signing-secret' }]
    expect(await shake('slack', { method: 'POST', body, secrets })).toMatchObject({
      kind: 'refused',
      code: 'signature_missing',
    })
    const twitch = {
      method: 'POST',
      body,
      secrets,
      headers: { 'twitch-eventsub-message-type': 'webhook_callback_verification' },
    }
    expect(await shake('twitch', twitch)).toMatchObject({ kind: 'refused', code: 'signature_missing' })
  })

  test('Slack checks its certificate unsigned', async () => {
    const verdict = await shake('slack', {
      method: 'POST',
      body: 'ssl_check=1&token=abc',
      secrets: [{ id: 's', value: 'x' }],
    })
    expect(answerOf(verdict).status).toBe(200)
  })

  test('WooCommerce pings unsigned, and a signed order is no ping', async () => {
    const secrets = [{ id: 's', value: 'x' }]
    expect((await shake('woocommerce', { method: 'POST', body: 'webhook_id=12', secrets })).kind).toBe('handshake')
    const signed = { method: 'POST', body: 'webhook_id=12', secrets, headers: { 'x-wc-webhook-signature': 'x' } }
    expect(await shake('woocommerce', signed)).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
  })

  test('Asana teaches its secret once; a later handshake does not replace it', async () => {
    const headers = { 'X-Hook-Secret': 'b537207f20cbfa02357cf448134da559' }
    const first = await shake('asana', { method: 'POST', headers })
    expect(first).toMatchObject({ kind: 'handshake', learnedSecret: headers['X-Hook-Secret'] })
    const secrets = [{ id: 's', value: headers['X-Hook-Secret'] }]
    expect(await shake('asana', { method: 'POST', headers, secrets })).toMatchObject({
      kind: 'handshake',
      learnedSecret: null,
    })
    const other = await shake('asana', {
      method: 'POST',
      headers: { 'X-Hook-Secret': 'another-secret-altogether' },
      secrets,
    })
    expect(other).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
  })

  test('Notion teaches a token that signs its own request', async () => {
    const token = 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl'
    const body = JSON.stringify({ verification_token: token })
    const signature = `sha256=${createHmac('sha256', token).update(body).digest('hex')}`
    const signed = { method: 'POST', body, headers: { 'X-Notion-Signature': signature } }
    expect(await shake('notion', signed)).toMatchObject({ kind: 'handshake', learnedSecret: token })
    const forged = {
      ...signed,
      headers: { 'X-Notion-Signature': signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
    }
    expect(await shake('notion', forged)).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
    const later = await shake('notion', { ...signed, secrets: [{ id: 's', value: 'another-secret-altogether' }] })
    expect(later).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
  })

  test('SNS confirms only the topic that was named, at an address of Amazon', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const secrets = [{ id: 's', value: publicKey.export({ type: 'spki', format: 'pem' }).toString() }]
    const topic = 'arn:aws:sns:us-east-1:123456789012:demo'
    const confirm = 'https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y'
    const message = (url: string) => {
      const fields = {
        Message: 'm',
        MessageId: 'i',
        SubscribeURL: url,
        Timestamp: '2023-11-14T22:13:20.000Z',
        Token: 'y',
        TopicArn: topic,
        Type: 'SubscriptionConfirmation',
      }
      const signed = Object.entries(fields)
        .map(([name, value]) => `${name}\n${value}\n`)
        .join('')
      const signature = signBytes('sha256', Buffer.from(signed), privateKey).toString('base64')
      return {
        method: 'POST',
        secrets,
        body: JSON.stringify({ ...fields, SignatureVersion: '2', Signature: signature }),
      }
    }
    const named = { topic_arn: topic }
    expect(await shake('aws-sns', { ...message(confirm), options: named })).toMatchObject({
      kind: 'handshake',
      confirmUrl: confirm,
    })
    expect(await shake('aws-sns', message(confirm))).toMatchObject({ kind: 'refused', code: 'signature_mismatch' })
    const other = { topic_arn: 'arn:aws:sns:us-east-1:123456789012:other' }
    expect(await shake('aws-sns', { ...message(confirm), options: other })).toMatchObject({
      kind: 'refused',
      code: 'signature_mismatch',
    })
    for (const url of [
      'https://evil.example/?Action=ConfirmSubscription&x',
      'http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&x',
      'https://sns.us-east-1.amazonaws.com@evil.example/?Action=ConfirmSubscription&x',
    ]) {
      expect(await shake('aws-sns', { ...message(url), options: named })).toMatchObject({
        kind: 'refused',
        code: 'challenge_invalid',
      })
    }
  })

  test('a reflected challenge is plain text that no browser sniffs', async () => {
    const verdict = await shake('dropbox', { method: 'GET', url: 'https://example.com/hook?challenge=%3Cscript%3E' })
    expect(answerOf(verdict).headers).toEqual({ 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' })
  })

  test('CloudEvents: an origin that is none is refused', async () => {
    const headers = { 'WebHook-Request-Origin': 'a\r\nb' }
    expect(await shake('cloudevents', { method: 'OPTIONS', headers })).toMatchObject({ code: 'challenge_invalid' })
    expect(await shake('cloudevents', { method: 'OPTIONS' })).toMatchObject({ code: 'challenge_invalid' })
  })

  test('Discord: webhook events ping with type 0 and get 204', async () => {
    const { privateKey, secret } = discordKey()
    const body = '{"version":1,"application_id":"1","type":0}'
    const verdict = await shake('discord', {
      method: 'POST',
      body,
      secrets: [secret],
      headers: discordHeaders(privateKey, body),
    })
    expect(answerOf(verdict)).toMatchObject({ status: 204, body: '' })
  })
})

type Shaken = {
  readonly method: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly secrets?: readonly Secret[]
  readonly options?: SourceOptions
}

async function shake(
  provider: string,
  { method, url = 'https://example.com/hook', headers = {}, body = '', secrets = [], options = {} }: Shaken,
): Promise<Verdict> {
  const [base, query = ''] = url.split(/\?(.*)/s)
  const request = { method, url: base!, query, rawHeaders: Object.entries(headers).flat(), body: Buffer.from(body) }
  return await verify({ provider, options, secrets, request, nowMs })
}

function answerOf(verdict: Verdict): {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
} {
  if (verdict.kind === 'handshake') return verdict.answer
  // Xero's intent to receive is an ordinary signed request without events, answered in Xero's own way.
  if (verdict.kind === 'verified') return { status: 200, headers: {}, body: '' }
  return {
    status: verdict.kind === 'refused' && verdict.code !== 'challenge_invalid' ? 401 : 400,
    headers: {},
    body: '',
  }
}

/** Signs what the provider signs: the samples of Slack, Discord and Twitch come without. */
function prepare(
  sample: Sample,
): Pick<Shaken, 'secrets' | 'options'> & { readonly headers: Readonly<Record<string, string>> } {
  const { headers, body } = sample.request
  const time = String(nowMs / 1000)
  switch (sample.provider) {
    case 'slack': {
      const signature = createHmac('sha256', 'signing-secret').update(`v0:${time}:${body}`).digest('hex')
      return {
        secrets: [{ id: 's', value: 'signing-secret' }],
        headers: { ...headers, 'x-slack-request-timestamp': time, 'x-slack-signature': `v0=${signature}` },
      }
    }
    case 'twitch': {
      const stamp = new Date(nowMs).toISOString()
      const signature = createHmac('sha256', 'twitch-secret').update(`m1${stamp}${body}`).digest('hex')
      return {
        secrets: [{ id: 's', value: 'twitch-secret' }],
        headers: {
          ...headers,
          'twitch-eventsub-message-id': 'm1',
          'twitch-eventsub-message-timestamp': stamp,
          'twitch-eventsub-message-signature': `sha256=${signature}`,
        },
      }
    }
    case 'discord': {
      const { privateKey, secret } = discordKey()
      return { secrets: [secret], headers: { ...headers, ...discordHeaders(privateKey, body) } }
    }
    case 'meta':
      return { headers, secrets: [{ id: 's', value: 'app-secret' }], options: { verify_token: sample.secret! } }
    default:
      return { headers, secrets: sample.secret === undefined ? [] : [{ id: 's', value: sample.secret }] }
  }
}

function discordKey(): { readonly privateKey: Parameters<typeof signBytes>[2]; readonly secret: Secret } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  return { privateKey, secret: { id: 's', value: raw.toString('hex') } }
}

function discordHeaders(privateKey: Parameters<typeof signBytes>[2], body: string): Readonly<Record<string, string>> {
  const time = '1700000000'
  const signature = signBytes(null, Buffer.from(time + body), privateKey)
  return { 'x-signature-timestamp': time, 'x-signature-ed25519': signature.toString('hex') }
}

function lowerCase(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
