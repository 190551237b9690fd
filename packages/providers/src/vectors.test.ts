import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkOptions } from './options.ts'
import { providers } from './registry.ts'
import type { Secret, SourceOptions } from './schemes/scheme.ts'
import { checkSecret } from './secret-form.ts'
import { verify } from './verify.ts'

/** See fixtures/SOURCES.md: inputs and verdicts are the providers' own where `origin` is not `generated`. */
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
  readonly params?: {
    readonly webhook_id?: string
    readonly hash?: string
    readonly audience?: string
    readonly email?: string
    readonly iss?: string
  }
  readonly expect: 'valid' | 'invalid'
}

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/vectors.json', import.meta.url), 'utf8'),
) as readonly Vector[]

describe('published and generated vectors', () => {
  test.each(vectors.map((vector) => [vector.id, vector] as const))('%s has the listed verdict', async (_id, vector) => {
    const provider = providers.get(vector.provider)
    expect(provider, vector.provider).toBeDefined()
    const [url, query = ''] = (vector.url ?? 'https://example.com/hook').split(/\?(.*)/s)
    const verdict = await verify({
      provider: vector.provider,
      options: optionsOf(vector),
      secrets: secretsOf(vector),
      request: {
        method: vector.method,
        url: url!,
        query,
        rawHeaders: Object.entries(vector.headers).flat(),
        body: Buffer.from(vector.body, 'utf8'),
      },
      nowMs: (vector.verify_at ?? 0) * 1000,
    })
    // Discord's ping is a handshake, which answers only after the signature was verified.
    const isAccepted = verdict.kind === 'verified' || verdict.kind === 'handshake'
    expect(isAccepted ? 'valid' : 'invalid', JSON.stringify(verdict)).toBe(vector.expect)
  })

  test('every secret of a valid vector is taken by its provider', () => {
    const refused = vectors
      .filter((vector) => vector.expect === 'valid')
      .flatMap((vector) =>
        secretsOf(vector).flatMap((secret) => {
          const provider = providers.get(vector.provider)!
          const check = checkSecret(provider, optionsOf(vector), secret.value)
          return check.ok ? [] : [`${vector.id}: ${check.detail}`]
        }),
      )
    expect(refused).toEqual([])
  })

  test('every option of a vector is taken by its provider', () => {
    const refused = vectors.flatMap((vector) => {
      const check = checkOptions(providers.get(vector.provider)!, optionsOf(vector))
      return check.ok ? [] : [`${vector.id}: ${check.problems.join(', ')}`]
    })
    expect(refused).toEqual([])
  })
})

function secretsOf(vector: Vector): readonly Secret[] {
  return secretTexts(vector).map((value, i) => ({ id: `secret-${i}`, value }))
}

function secretTexts({ provider, secret_or_public_key: secret, params }: Vector): readonly string[] {
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
function optionsOf(vector: Vector): SourceOptions {
  const { webhook_id, audience, email } = vector.params ?? {}
  const hash = vector.provider === 'cloudinary' ? vector.params?.hash : undefined
  const toleranceS = vector.tolerance?.past ?? (vector.verify_at === undefined ? 9_999_999_999_999 : undefined)
  const given = { webhook_id, hash, audience, email, tolerance: toleranceS?.toString() }
  return Object.fromEntries(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
