import { createHmac, generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { sourceSecrets, sources } from '@eventmesh/db'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestIngest } from './testing.ts'

/** See packages/providers/fixtures/SOURCES.md. */
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
  readFileSync(new URL('../../../packages/providers/fixtures/handshakes.json', import.meta.url), 'utf8'),
) as readonly Sample[]

const snsTopic = 'arn:aws:sns:eu-west-1:123456789012:orders'
const { privateKey: snsKey, publicKey: snsPublicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const confirmed: string[] = []
let isConfirmable = true

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest({
    wrap: () => ({
      publishedKeys: {
        get: () => Promise.resolve(undefined),
        confirm: (url) => {
          confirmed.push(url)
          return Promise.resolve(isConfirmable)
        },
      },
    }),
  })
})
afterAll(() => t.close())

describe('a handshake', () => {
  it.each(samples.map((sample) => [`${sample.provider}: ${sample.description}`, sample] as const))(
    'is answered as its provider wants it: %s',
    async (_title, sample) => {
      const { secrets, options, headers } = prepare(sample)
      const source = await t.createSource(sample.provider, { secrets, options })
      const { method, url, body } = sample.request
      const query = url.includes('?') ? url.slice(url.indexOf('?')) : ''
      const before = (await t.records()).length
      const answer = await t.deliver(source, {
        method,
        query,
        headers: { ...sample.request.headers, ...headers },
        ...(body === '' ? {} : { body }),
      })
      const { status, headers: expectedHeaders = {}, body: expected } = sample.expected_response
      expect(answer.status, answer.text).toBe(status)
      for (const [name, value] of Object.entries(expectedHeaders)) expect(answer.headers.get(name)).toBe(value)
      if (expected !== undefined) expect(answer.text).toBe(expected)
      expect(await t.records()).toHaveLength(before)
    },
  )

  it('that brings a secret is kept once, is used at once, and is not replaced by a later one', async () => {
    const source = await t.createSource('asana')
    const shake = (secret: string) => t.deliver(source, { headers: { 'X-Hook-Secret': secret } })
    const event = (secret: string) => {
      const body = '{"events":[{"action":"added","resource":{"gid":"1"}}]}'
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      return t.deliver(source, { headers: { 'X-Hook-Signature': signature, 'content-type': 'application/json' }, body })
    }
    expect((await event('first-secret')).body).toMatchObject({ status: 401, code: 'signature_mismatch' })

    const learned = await shake('first-secret')
    expect([learned.status, learned.headers.get('x-hook-secret')]).toEqual([200, 'first-secret'])
    expect((await event('first-secret')).status).toBe(202)
    expect((await shake('first-secret')).status).toBe(200)
    expect((await shake('other-secret')).body).toMatchObject({ status: 401, code: 'signature_mismatch' })
    expect((await event('other-secret')).status).toBe(401)

    const [secret] = await sourceSecrets.list(t.operator, { tenantId: t.tenantId, id: source.id })
    expect(secret?.origin).toBe('learned')
    await sourceSecrets.remove(t.operator, { tenantId: t.tenantId, sourceId: source.id, id: secret!.id })
    const afterRemoval = await eventually(async () => {
      const answer = await shake('first-secret')
      return answer.status === 200 ? undefined : answer
    })
    expect(afterRemoval.body).toMatchObject({ status: 401, code: 'signature_mismatch' })
  })

  it('sent twice at once is kept once, and both are told the same', async () => {
    const source = await t.createSource('asana')
    const answers = await Promise.all(
      ['s-e-c-r-e-t', 's-e-c-r-e-t'].map((secret) => t.deliver(source, { headers: { 'X-Hook-Secret': secret } })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await sourceSecrets.list(t.operator, { tenantId: t.tenantId, id: source.id })).toHaveLength(1)
  })

  it('of SNS confirms its own topic alone, and is done before it is answered', async () => {
    const pem = snsPublicKey.export({ type: 'spki', format: 'pem' }).toString()
    const source = await t.createSource('aws-sns', { secrets: [pem], options: { topic_arn: snsTopic } })
    const answer = await t.deliver(source, { body: snsConfirmation() })
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect(confirmed.at(-1)).toBe(subscribeUrl)

    isConfirmable = false
    const later = await t.deliver(source, { body: snsConfirmation() })
    expect([later.status, later.body.code]).toEqual([503, 'auth_unavailable'])
    expect(Number(later.headers.get('retry-after'))).toBeGreaterThan(0)

    const count = confirmed.length
    const other = await t.createSource('aws-sns', { secrets: [pem] })
    expect((await t.deliver(other, { body: snsConfirmation() })).status).toBe(401)
    const elsewhere = snsConfirmation('https://sns.evil.example/?Action=ConfirmSubscription&Token=x')
    expect((await t.deliver(source, { body: elsewhere })).status).toBe(400)
    expect(confirmed).toHaveLength(count)
  })

  it('with a challenge that could be a body is refused, so that no forged one is ever signed', async () => {
    const source = await t.createSource('x-twitter', { secrets: ['consumer-secret-of-x'] })
    const answer = await t.deliver(source, { method: 'GET', query: '?crc_token=%7B%22a%22%3A1%7D' })
    expect([answer.status, answer.body.code]).toEqual([400, 'challenge_invalid'])
  })

  it('is remembered with its result', async () => {
    const source = await t.createSource('x-twitter', { secrets: ['consumer-secret-of-x'] })
    const last = async () => {
      t.ingest.flush()
      return (await sources.get(t.operator, { tenantId: t.tenantId, id: source.id }))?.lastHandshake
    }
    await t.deliver(source, { method: 'GET', query: '?crc_token=abc' })
    await eventually(async () => (await last())?.isOk === true)
    await t.deliver(source, { method: 'GET', query: '?crc_token=%7B%7D' })
    await eventually(async () => (await last())?.isOk === false)
  })
})

const subscribeUrl = 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=a&Token=b'

function snsConfirmation(url = subscribeUrl): string {
  const fields = {
    Message: 'You have chosen to subscribe',
    MessageId: 'm-1',
    SubscribeURL: url,
    Timestamp: new Date().toISOString(),
    Token: 'b',
    TopicArn: snsTopic,
    Type: 'SubscriptionConfirmation',
  }
  const signed = Object.entries(fields)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('')
  const Signature = signBytes('sha256', Buffer.from(signed), snsKey).toString('base64')
  return JSON.stringify({ ...fields, SignatureVersion: '2', Signature })
}

/** A secret and signature where the sample leaves them to its reader. */
function prepare({ provider, secret, request }: Sample): {
  secrets: readonly string[]
  options: Record<string, string>
  headers: Record<string, string>
} {
  const options: Record<string, string> = {}
  const now = String(Math.floor(Date.now() / 1_000))
  const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex')
  switch (provider) {
    case 'meta':
      return { secrets: ['app-secret-of-meta'], options: { verify_token: secret! }, headers: {} }
    case 'slack': {
      const signature = `v0=${hmac('slack-secret', `v0:${now}:${request.body}`)}`
      const headers = { 'x-slack-request-timestamp': now, 'x-slack-signature': signature }
      return { secrets: ['slack-secret'], options, headers }
    }
    case 'twitch': {
      const time = new Date().toISOString()
      const headers = {
        'twitch-eventsub-message-id': 'm-1',
        'twitch-eventsub-message-timestamp': time,
        'twitch-eventsub-message-signature': `sha256=${hmac('twitch-secret', `m-1${time}${request.body}`)}`,
      }
      return { secrets: ['twitch-secret'], options, headers }
    }
    case 'discord': {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519')
      const key = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex')
      const signature = signBytes(null, Buffer.from(now + request.body), privateKey).toString('hex')
      return { secrets: [key], options, headers: { 'x-signature-timestamp': now, 'x-signature-ed25519': signature } }
    }
    default:
      return { secrets: secret === undefined ? [] : [secret], options, headers: {} }
  }
}
