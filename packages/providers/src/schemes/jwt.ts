import { createPublicKey, type KeyObject, verify as verifySignature } from 'node:crypto'
import { decode, equalBytes } from '../encoding.ts'
import { type JsonView, viewJson } from '../json-view.ts'
import { keyedHash } from './key.ts'
import type { ProofInput, Refusal } from './scheme.ts'

/** A compact JWS (RFC 7515), taken apart but not yet believed. */
export type Token = {
  readonly algorithm: string
  readonly keyId: string | undefined
  readonly claims: JsonView
  readonly signed: string
  readonly signature: Buffer
}

/** Undefined for everything that is not three base64url parts with JSON objects in the first two, and for `crit`. */
export function readToken(text: string): Token | undefined {
  const parts = text.split('.')
  if (parts.length !== 3) return undefined
  const header = viewPart(parts[0]!)
  const claims = viewPart(parts[1]!)
  const signature = decode(parts[2]!, 'base64url')
  if (header === undefined || claims === undefined || signature === undefined) return undefined
  const algorithm = header.text(header.at('alg'))
  if (algorithm === undefined || header.at('crit') !== undefined) return undefined
  return { algorithm, keyId: header.text(header.at('kid')), claims, signed: `${parts[0]}.${parts[1]}`, signature }
}

function viewPart(part: string): JsonView | undefined {
  const bytes = decode(part, 'base64url')
  const view = bytes === undefined ? undefined : viewJson(bytes)
  return view?.root.kind === 'object' ? view : undefined
}

export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512'

/** The algorithm is the provider's, never the token's choice: `none` or a public key used as HMAC key fail here. */
export function isHmacSigned(token: Token, key: Buffer, allowed: readonly HmacAlgorithm[]): boolean {
  const algorithm = allowed.find((candidate) => candidate === token.algorithm)
  if (algorithm === undefined || key.length === 0) return false
  const digest = keyedHash(`sha${algorithm.slice(2)}`, key)
    .update(token.signed)
    .digest()
  return equalBytes(digest, token.signature)
}

export function isKeySigned(token: Token, key: KeyObject, allowed: 'RS256' | 'ES256'): boolean {
  if (token.algorithm !== allowed) return false
  if (key.asymmetricKeyType !== (allowed === 'RS256' ? 'rsa' : 'ec')) return false
  if (allowed === 'ES256' && key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return false
  return verifySignature('sha256', Buffer.from(token.signed), { key, dsaEncoding: 'ieee-p1363' }, token.signature)
}

export type PublicJwk = { readonly keyId: string | undefined; readonly key: KeyObject }

/** A JWK as JSON text; undefined when it is none, or private, or symmetric. */
export function readJwk(text: string): PublicJwk | undefined {
  const view = viewJson(Buffer.from(text))
  if (view?.root.kind !== 'object' || view.at('d') !== undefined || view.at('k') !== undefined) return undefined
  const member = (name: string) => view.text(view.at(name))
  const kty = member('kty')
  const jwk =
    kty === 'RSA'
      ? { kty, n: member('n') ?? '', e: member('e') ?? '' }
      : kty === 'EC'
        ? { kty, crv: member('crv') ?? '', x: member('x') ?? '', y: member('y') ?? '' }
        : undefined
  if (jwk === undefined) return undefined
  try {
    return { keyId: member('kid'), key: createPublicKey({ key: jwk, format: 'jwk' }) }
  } catch {
    // OpenSSL throws on numbers that are no key; for the caller that is simply not a JWK.
    return undefined
  }
}

/** The keys of a JSON Web Key Set (RFC 7517); entries that are no usable key are passed over. */
export function readKeySet(text: string): readonly PublicJwk[] {
  const view = viewJson(Buffer.from(text))
  const keys = view?.at('keys')
  if (view === undefined || keys === undefined) return []
  return (view.items(keys, 64) ?? []).flatMap(
    (node) => readJwk(view.bytes.toString('utf8', node.start, node.end)) ?? [],
  )
}

/** `exp`, `nbf` and `iat` against the clock, with the leeway or the source's own tolerance; undefined: all well. */
export function outsideLifetime(
  input: ProofInput,
  claims: JsonView,
  options: {
    readonly leewayS: number
    readonly maxAgeS?: number
    readonly requires: readonly ('exp' | 'nbf' | 'iat')[]
  },
): Refusal | undefined {
  const leewayS = input.toleranceS ?? options.leewayS
  const nowS = input.nowMs / 1000
  const claim = (name: string) => {
    const node = claims.at(name)
    return node?.kind === 'number' ? Number(claims.text(node)) : undefined
  }
  for (const name of options.requires) {
    if (claim(name) === undefined) return { ok: false, why: 'mismatch', detail: `the token has no ${name} claim` }
  }
  const exp = claim('exp')
  const nbf = claim('nbf')
  const iat = claim('iat')
  if (exp !== undefined && nowS > exp + leewayS) return late(nowS - exp, leewayS)
  if (nbf !== undefined && nowS < nbf - leewayS) return late(nowS - nbf, leewayS)
  if (iat !== undefined && nowS < iat - leewayS) return late(nowS - iat, leewayS)
  const maxAgeS = input.toleranceS ?? options.maxAgeS
  if (options.maxAgeS !== undefined && maxAgeS !== undefined && iat !== undefined && nowS - iat > maxAgeS) {
    return late(nowS - iat, maxAgeS)
  }
  return undefined
}

function late(skewS: number, allowedS: number): Refusal {
  const side = skewS > 0 ? 'past' : 'ahead of'
  const detail = `the token is ${Math.round(Math.abs(skewS))} s ${side} its time; allowed are ${allowedS} s`
  return { ok: false, why: 'skew', detail, skewS, allowedS }
}

/** `Bearer x` or `x` → `x`. */
export function withoutBearer(value: string): string {
  return value.replace(/^Bearer +/i, '')
}
