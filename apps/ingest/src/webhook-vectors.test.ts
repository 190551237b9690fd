import { readFileSync } from 'node:fs'
import { providers } from '@eventmesh/providers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestIngest, type TestIngest, type TestSource } from './testing.ts'

/** See packages/providers/fixtures/SOURCES.md; read as packages/providers/src/vectors.test.ts reads them. */
type Vector = {
  readonly id: string
  readonly provider: string
  readonly method: string
  readonly url?: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly secret_or_public_key: string | readonly string[] | Readonly<Record<string, string | null>>
  readonly verify_at?: number
  readonly tolerance?: { readonly past?: number }
  readonly params?: Readonly<Partial<Record<'webhook_id' | 'hash' | 'audience' | 'email' | 'iss', string>>>
  readonly expect: 'valid' | 'invalid'
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../packages/providers/fixtures/vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[]

const proofCodes = ['signature_missing', 'signature_mismatch', 'timestamp_skew', 'header_repeated', 'challenge_invalid']

/** Its signature is right, and what it signs is not the JSON that its media type says. */
const signedNoJson = 'adyen/java-calculate'

let t: TestIngest
let nowMs = 0
const sources = new Map<string, TestSource>()

beforeAll(async () => {
  t = await startTestIngest({ now: () => nowMs })
})
afterAll(() => t.close())

describe('every vector of the providers, through a source of its own', () => {
  it.each(vectors.map((vector) => [vector.id, vector] as const))('%s has the listed verdict', async (_id, vector) => {
    const [url, query] = (vector.url ?? 'https://example.com/hook').split(/\?(.*)/s)
    const source = await sourceOf(vector, url!)
    nowMs = (vector.verify_at ?? 0) * 1_000
    const answer = await t.deliver(source, {
      method: vector.method,
      query: query === undefined ? '' : `?${encodeURI(query).replaceAll('%25', '%')}`,
      headers: vector.headers,
      ...(vector.body === '' ? {} : { body: vector.body }),
    })
    const shown = `${answer.status} ${answer.text}`
    if (vector.id === signedNoJson) {
      expect([answer.status, answer.body?.code], shown).toEqual([400, 'body_malformed'])
    } else if (vector.expect === 'invalid') {
      expect(proofCodes, shown).toContain(answer.body?.code)
      expect([400, 401], shown).toContain(answer.status)
    } else {
      expect(Math.floor(answer.status / 100), shown).toBe(2)
    }
  })
})

/** Equal ones share a source, unless their proofs count once. */
async function sourceOf(vector: Vector, url: string): Promise<TestSource> {
  const options = optionsOf(vector, url)
  const secrets = secretsOf(vector)
  const isOneTime = providers.get(vector.provider)?.scheme.coversBody === false
  const name = JSON.stringify([vector.provider, options, secrets, isOneTime ? vector.id : ''])
  let source = sources.get(name)
  if (source === undefined) {
    source = await t.createSource(vector.provider, { options, secrets })
    sources.set(name, source)
  }
  return source
}

function secretsOf({ provider, secret_or_public_key: secret, params }: Vector): readonly string[] {
  if (typeof secret === 'string') {
    if (provider === 'livekit') return [`${params?.iss}:${secret}`]
    if (provider === 'ably') return [`appId.keyId:${secret}`]
    return secret === '' ? [] : [secret]
  }
  if (Array.isArray(secret)) return secret as readonly string[]
  if ('kty' in secret) return [JSON.stringify(secret)]
  const entries = Object.entries(secret as Readonly<Record<string, string | null>>)
  if (provider === 'pusher') return entries.map(([name, key]) => `${name}:${key}`)
  return entries.flatMap(([, key]) => key ?? [])
}

/** Where a vector names no time, time plays no part: the bounds are set wide. */
function optionsOf(vector: Vector, url: string): Readonly<Record<string, string>> {
  const { webhook_id, audience, email } = vector.params ?? {}
  const hash = vector.provider === 'cloudinary' ? vector.params?.hash : undefined
  const toleranceS = vector.tolerance?.past ?? (vector.verify_at === undefined ? 9_999_999_999_999 : undefined)
  const given = { public_url: url, webhook_id, hash, audience, email, tolerance: toleranceS?.toString() }
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
