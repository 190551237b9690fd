import { createHmac, createPublicKey, verify as verifySignature } from 'node:crypto'
import { decode, decodePasted, equalBytes } from '../encoding.ts'
import type { Headers } from '../headers.ts'
import { keyBytes, keyedHash } from './key.ts'
import { type Bounds, mismatch, missing, type ProofInput, proven, type Scheme } from './scheme.ts'
import { outsideBounds, readSignedTime } from './time.ts'

const candidatesMax = 16

/**
 * Standard Webhooks (standard-webhooks/standard-webhooks, spec/standard-webhooks.md): HMAC-SHA256 (`v1`) or Ed25519
 * (`v1a`) of `{id}.{timestamp}.{body}`, base64, a list divided by blanks of which any may match; unknown versions are
 * passed over. Svix names its headers `svix-*`; both names are read.
 */
export function standardWebhooks(
  parameters: {
    readonly prefixes?: readonly ('webhook' | 'svix')[]
    /** `utf8`: the secret's own bytes are the key (BigCommerce). */
    readonly key?: 'whsec' | 'utf8'
    /** Null: no bound (the provider leaves it to the receiver). */
    readonly bounds?: Bounds | null
  } = {},
): Scheme {
  const prefixes = parameters.prefixes ?? ['webhook']
  const form = parameters.key ?? 'whsec'
  const bounds = parameters.bounds === null ? undefined : (parameters.bounds ?? { pastS: 300, futureS: 300 })

  function prefixOf(headers: Headers): string {
    return prefixes.find((prefix) => headers.count(`${prefix}-signature`) > 0) ?? prefixes[0]!
  }

  function hmacKey(secret: string, input?: ProofInput): Buffer | undefined {
    if (input?.decoding !== undefined) return keyBytes(secret, input.decoding)
    if (form === 'utf8') return keyBytes(secret, 'utf8')
    return secret.startsWith('whpk_') ? undefined : keyBytes(secret.replace(/^whsec_/, ''), 'base64')
  }

  function digest(input: ProofInput, secret: string, id: string, time: string): Buffer | undefined {
    const key = hmacKey(secret, input)
    if (key === undefined) return undefined
    return keyedHash('sha256', key).update(`${id}.${time}.`).update(input.request.body).digest()
  }

  return {
    id: 'standard-webhooks',
    summary: `Standard Webhooks: HMAC-SHA-256 (or Ed25519) of \`{id}.{timestamp}.{body}\`, in \`${prefixes[0]}-signature\``,
    headers: prefixes.flatMap((prefix) => [`${prefix}-id`, `${prefix}-timestamp`, `${prefix}-signature`]),
    required: [`${prefixes[0]}-signature`],
    signsUrl: false,
    coversBody: true,
    ...(bounds === undefined ? {} : { bounds }),

    verify(input) {
      const { headers, body } = input.request
      const prefix = prefixOf(headers)
      const [id, time, list] = ['id', 'timestamp', 'signature'].map((part) => headers.get(`${prefix}-${part}`) ?? '')
      if (!id || !time || !list) return missing(`${prefix}-id, ${prefix}-timestamp and ${prefix}-signature are needed`)
      const signedAt = readSignedTime(time, 's')
      if (signedAt === undefined) return mismatch(`${prefix}-timestamp is no whole number of seconds`)

      const candidates = readList(list)
      let matched: string | null = null
      for (const secret of input.secrets) {
        if (matchesAny(input, secret.value, id, time, body, candidates) && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no secret of this source gives the signature')
      return outsideBounds(input, signedAt, bounds) ?? proven(matched, signedAt)
    },

    malformed(headers) {
      const list = headers.get(`${prefixOf(headers)}-signature`)
      if (list === undefined || readList(list).length > 0) return undefined
      return 'expected v1, followed by 32 bytes in base64'
    },

    compare(input) {
      const { headers } = input.request
      const prefix = prefixOf(headers)
      const first = (headers.get(`${prefix}-signature`) ?? '').split(' ')[0]!.replace(/^v1,/, '')
      const id = headers.get(`${prefix}-id`) ?? ''
      const time = headers.get(`${prefix}-timestamp`) ?? ''
      const expected = digest(input, input.secrets[0]?.value ?? '', id, time)?.toString('base64')
      if (expected === undefined) return undefined
      const signedAt = readSignedTime(time, 's')
      return { received: first, expected, signed: '{id}.{timestamp}.{body}', signedAt }
    },

    sign(input) {
      const key = hmacKey(input.secret)
      if (key === undefined) return { headers: [] }
      const time = String(Math.floor(input.nowMs / 1000))
      const signature = createHmac('sha256', key)
        .update(`${input.deliveryId}.${time}.`)
        .update(input.body)
        .digest('base64')
      const [prefix] = prefixes
      return {
        headers: [
          [`${prefix}-id`, input.deliveryId],
          [`${prefix}-timestamp`, time],
          [`${prefix}-signature`, `v1,${signature}`],
        ],
      }
    },
  }

  function matchesAny(
    input: ProofInput,
    secret: string,
    id: string,
    time: string,
    body: Buffer,
    candidates: readonly Candidate[],
  ): boolean {
    let matches = false
    if (form === 'whsec' && secret.startsWith('whpk_')) {
      const signed = Buffer.concat([Buffer.from(`${id}.${time}.`), body])
      for (const { version, bytes } of candidates) {
        if (version === 'v1a' && verifiesEd25519(secret.slice('whpk_'.length), signed, bytes)) matches = true
      }
      return matches
    }
    const expected = digest(input, secret, id, time)
    if (expected === undefined) return false
    for (const { version, bytes } of candidates) if (version === 'v1' && equalBytes(bytes, expected)) matches = true
    return matches
  }
}

type Candidate = { readonly version: 'v1' | 'v1a'; readonly bytes: Buffer }

function readList(list: string): readonly Candidate[] {
  return list
    .split(' ')
    .slice(0, candidatesMax)
    .flatMap((part): Candidate[] => {
      const [version, text = ''] = part.split(',')
      if (version !== 'v1' && version !== 'v1a') return []
      const bytes = decode(text, 'base64')
      return bytes?.length === (version === 'v1' ? 32 : 64) ? [{ version, bytes }] : []
    })
}

/** A raw Ed25519 public key in base64; false for anything that is no key. */
function verifiesEd25519(key: string, signed: Buffer, signature: Buffer): boolean {
  const bytes = decodePasted(key)
  if (bytes?.length !== 32) return false
  return verifySignature(null, signed, ed25519Key(bytes), signature)
}

export function ed25519Key(bytes: Buffer): ReturnType<typeof createPublicKey> {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' })
}
