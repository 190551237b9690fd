import { describe, expect, test } from 'vitest'
import { diagnose } from './diagnose.ts'
import { extract } from './extract.ts'
import { readHeaders } from './headers.ts'
import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import { type Delivery, delivered, judged, testOptions, testSecret } from './testing.ts'
import { verify } from './verify.ts'

const nowMs = 1_700_000_000_000
const seed = 20_261_125

const signing = providers.list().filter((provider) => provider.scheme.id !== 'none')
const cases = signing.map((provider) => [provider.id, provider] as const)

describe(`seed ${seed}: no bytes make a verdict throw, and none but signed ones pass`, () => {
  test.each(cases)('%s: random headers, queries and bodies', async (id, provider) => {
    const random = randomFrom(seed)
    const names = [...new Set([...provider.scheme.headers, 'content-type', 'x-hook-secret', 'webhook-request-origin'])]
    for (let round = 0; round < 60; round++) {
      const request = {
        method: random.pick(['GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', '\u0000']),
        url: random.pick(['https://example.com/h', '', 'x', 'http://[', random.text(20)]),
        query: random.pick([
          '',
          random.text(30),
          'hub.mode=subscribe&hub.challenge=a&crc_token=%',
          'bt_challenge=%ff&bodySHA256=',
        ]),
        rawHeaders: names
          .flatMap((name) => (random.chance() ? [name, random.value()] : []))
          .concat(random.chance() ? ['odd'] : []),
        body: random.body(),
      }
      const secrets = secretsFor(provider).map((value, i) => ({ id: String(i), value }))
      const input = { provider: id, options: testOptions[id] ?? {}, secrets, request, nowMs }
      const verdict = await verify(input)
      expect(verdict.kind, JSON.stringify(request)).not.toBe('verified')
      diagnose(input)
      extract({ provider: id, request, signedAt: random.chance() ? null : { text: random.text(9), ms: Number.NaN } })
    }
  })

  const signable = cases.filter(([, provider]) => provider.scheme.sign !== undefined)
  test.each(signable)('%s: a signed delivery with one random change in its proof', async (_id, provider) => {
    const random = randomFrom(seed + 1)
    const secret = testSecret(provider, 'own')
    const delivery = delivered(provider, secret, nowMs)
    for (let round = 0; round < 40; round++) {
      const changed = changedProof(provider, delivery, random)
      if (changed === undefined) continue
      const verdict = await judged(provider, changed, [secret], nowMs)
      expect(verdict.kind, JSON.stringify(changed.headers)).toBe('refused')
    }
  })

  test.each(providers.list().map((provider) => [provider.id, provider] as const))(
    '%s: half a delivery is read without throwing',
    (id, provider) => {
      const random = randomFrom(seed + 2)
      const body = Buffer.from(provider.sample?.body ?? '{"a":[1,{"b":"c"}]}')
      const contentType = provider.sample?.contentType ?? 'application/json'
      for (let round = 0; round < 40; round++) {
        const part = body.subarray(0, random.below(body.length + 1))
        for (const bytes of [part, random.flipped(part)]) {
          const extraction = extract({
            provider: id,
            request: { rawHeaders: ['content-type', contentType], body: bytes },
            signedAt: null,
          })
          if (!extraction.ok) continue
          for (const item of extraction.items) {
            expect(item.key).toMatch(/^[\x21-\x7e]{1,255}$/)
            expect(item.eventType).toMatch(/^[A-Za-z0-9._:/-]{1,255}$/)
          }
        }
      }
    },
  )
})

/** Undefined where the change is none to the scheme: hex in the other case, blanks around a value. */
function changedProof(provider: Provider, delivery: Delivery, random: Random): Delivery | undefined {
  const headers = readHeaders(delivery.headers.flat())
  const names = provider.scheme.required.filter((name) => headers.count(name) > 0)
  if (names.length === 0) return undefined
  const name = random.pick(names)
  const value = headers.get(name)!
  const at = random.below(value.length)
  const changed = value.slice(0, at) + random.pick(['A', 'z', '0', '=', ',', ' ', '\u00ff', '']) + value.slice(at + 1)
  if (isSame(provider, value, changed)) return undefined
  return {
    ...delivery,
    headers: delivery.headers.map(([n, v]) => [n, n.toLowerCase() === name ? changed : v] as const),
  }
}

function isSame(provider: Provider, value: string, changed: string): boolean {
  if (changed.trim().toLowerCase() === value.toLowerCase()) return true
  const isPrefixOptional = provider.id === 'mollie' || provider.scheme.id === 'jwt-hs'
  return isPrefixOptional && value.endsWith(changed)
}

function secretsFor(provider: Provider): readonly string[] {
  return [
    testSecret(provider, 'own'),
    '',
    '\u0000',
    'x'.repeat(100),
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
    '{"kty":"RSA","n":"!","e":"AQAB"}',
  ]
}

type Random = ReturnType<typeof randomFrom>

/** Mulberry32: small, and the same everywhere. */
function randomFrom(start: number) {
  let state = start
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <T>(values: readonly T[]): T => values[below(values.length)]!
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => below(256)))
  const text = (length: number) => bytes(below(length + 1)).toString('latin1')
  const shapes = [
    't=1700000000,v1=',
    'v1,AAAA v1a,AAAA',
    'sha256=00',
    'Bearer a.b.c',
    'eyJhbGciOiJub25lIn0.e30.',
    'Basic Og==',
    '1700000000',
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=',
    '%',
    '2023-11-14T22:13:20Z',
    ' ',
    '',
    ',,,',
    'SHA256withRSA',
    '1',
  ]
  const bodies = [
    '{"signature":{"timestamp":"1","token":"t","signature":"00"}}',
    '{"event":{"event_time":"1","event_type":"t","event_hash":"00"}}',
    '{"notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":"AA=="}}}]}',
    '{"value":[{"clientState":1}]}',
    '{"passcode":[]}',
    '{"Type":"Notification","Signature":"AAAA","SignatureVersion":"1","Timestamp":"x"}',
    'bt_signature=a|00&bt_payload=x',
    '[',
    '{}',
    '[[]]',
    '"',
    '{"a":',
    'eyJhbGciOiJSUzI1NiJ9.e30.AAAA',
    `${'['.repeat(100_000)}`,
    '{"event":"endpoint.url_validation","payload":{"plainToken":1}}',
    '{"verification_token":null}',
    'a=%ff&a',
    '--\r\n\r\n--',
  ]
  return {
    below,
    pick,
    text,
    chance: () => next() < 0.5,
    value: () => (next() < 0.5 ? text(40) : pick(shapes) + text(12)),
    body: () =>
      next() < 0.4
        ? bytes(below(200))
        : Buffer.concat([Buffer.from(pick(bodies)), next() < 0.5 ? bytes(below(20)) : Buffer.alloc(0)]),
    flipped(input: Buffer) {
      const copy = Buffer.from(input)
      if (copy.length > 0) copy[below(copy.length)]! ^= 1 << below(8)
      return copy
    },
  }
}
