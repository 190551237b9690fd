import { createHmac, hash } from 'node:crypto'
import { equalText } from '../encoding.ts'
import {
  type HmacAlgorithm,
  isHmacSigned,
  isKeySigned,
  outsideLifetime,
  readJwk,
  readKeySet,
  readToken,
  type Token,
  withoutBearer,
} from './jwt.ts'
import { namedKey } from './key.ts'
import { publicKey } from './public-key.ts'
import { mismatch, missing, type Proof, type ProofInput, proven, type Scheme } from './scheme.ts'

/** Clocks differ by a little; the token's own lifetime is the bound. */
const leewayS = 10

type JwtHsParameters = {
  readonly header: string
  /** The issuer that must stand in the token; `key-name`: the name part of `name:key` secrets, which picks the key. */
  readonly issuer?: string | 'key-name'
  /** The claim that holds SHA-256 of the body. */
  readonly bodyClaim?: { readonly name: string; readonly encoding: 'hex' | 'base64' }
  readonly requires?: readonly ('exp' | 'nbf' | 'iat')[]
}

/** A JWT signed with HS256 in a header (Netlify, LiveKit, monday). */
export function jwtHs(parameters: JwtHsParameters): Scheme {
  const { bodyClaim } = parameters
  return {
    id: 'jwt-hs',
    summary:
      bodyClaim === undefined
        ? `JWT (HS256) in \`${parameters.header}\`; it does not cover the body`
        : `JWT (HS256) in \`${parameters.header}\` whose claim \`${bodyClaim.name}\` is SHA-256 of the body`,
    headers: [parameters.header],
    required: [parameters.header],
    signsUrl: false,
    coversBody: bodyClaim !== undefined,
    malformed: (headers) => tokenFault(headers.get(parameters.header)),

    verify(input) {
      const value = input.request.headers.get(parameters.header) ?? ''
      if (value === '') return missing(`no ${parameters.header} header`)
      const token = readToken(withoutBearer(value))
      if (token === undefined) return mismatch(`${parameters.header} holds no JWT`)
      const issuer = token.claims.text(token.claims.at('iss'))

      let matched: string | null = null
      for (const secret of input.secrets) {
        const named =
          parameters.issuer === 'key-name' ? namedKey(secret.value) : { name: parameters.issuer, key: secret.value }
        if (named === undefined || (named.name !== undefined && named.name !== issuer)) continue
        if (isHmacSigned(token, Buffer.from(named.key), ['HS256']) && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no secret of this source signs the token')
      if (bodyClaim !== undefined) {
        const expected = hash('sha256', input.request.body, bodyClaim.encoding)
        const claimed = token.claims.text(token.claims.at(bodyClaim.name)) ?? ''
        if (!equalText(claimed, expected)) return mismatch(`the claim ${bodyClaim.name} is not the body's hash`)
      }
      return outsideLifetime(input, token.claims, { leewayS, requires: parameters.requires ?? [] }) ?? proven(matched)
    },

    sign(input) {
      const named =
        parameters.issuer === 'key-name' ? namedKey(input.secret) : { name: parameters.issuer, key: input.secret }
      if (named === undefined) return { headers: [] }
      const nowS = Math.floor(input.nowMs / 1000)
      const claims = {
        ...(named.name === undefined ? {} : { iss: named.name }),
        iat: nowS,
        nbf: nowS,
        exp: nowS + 300,
        ...(bodyClaim === undefined ? {} : { [bodyClaim.name]: hash('sha256', input.body, bodyClaim.encoding) }),
      }
      return { headers: [[parameters.header, signToken(claims, named.key)]] }
    },
  }
}

/** MessageBird (messagebird-nodejs lib/webhook-signature-jwt.js): claims bind address and body. */
export function jwtMessagebird(): Scheme {
  const header = 'messagebird-signature-jwt'
  const algorithms: readonly HmacAlgorithm[] = ['HS256', 'HS384', 'HS512']
  const hex = (value: string | Buffer) => hash('sha256', value, 'hex')
  return {
    id: 'jwt-messagebird',
    summary: `JWT (HS256, HS384 or HS512) in \`${header}\` with SHA-256 of address and body`,
    headers: [header],
    required: [header],
    signsUrl: true,
    coversBody: true,
    malformed: (headers) => tokenFault(headers.get(header)),

    verify(input) {
      const value = input.request.headers.get(header) ?? ''
      if (value === '') return missing(`no ${header} header`)
      const token = readToken(value)
      if (token === undefined) return mismatch(`${header} holds no JWT`)
      let matched: string | null = null
      for (const secret of input.secrets) {
        if (isHmacSigned(token, Buffer.from(secret.value), algorithms) && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no secret of this source signs the token')

      const claim = (name: string) => token.claims.text(token.claims.at(name))
      if (claim('iss') !== 'MessageBird') return mismatch('the token is not issued by MessageBird')
      if (!equalText(claim('url_hash') ?? '', hex(input.request.url)))
        return mismatch('the token is for another address')
      const { body } = input.request
      const payload = claim('payload_hash')
      if (body.length === 0 ? payload !== undefined : !equalText(payload ?? '', hex(body))) {
        return mismatch('the token is for another body')
      }
      return outsideLifetime(input, token.claims, { leewayS: 5, requires: ['nbf', 'exp'] }) ?? proven(matched)
    },

    sign(input) {
      const nowS = Math.floor(input.nowMs / 1000)
      const claims = {
        iss: 'MessageBird',
        nbf: nowS,
        exp: nowS + 60,
        jti: input.deliveryId,
        url_hash: hex(input.url),
        ...(input.body.length === 0 ? {} : { payload_hash: hex(input.body) }),
      }
      return { headers: [[header, signToken(claims, input.secret)]] }
    },
  }
}

/** Plaid: ES256 with the key that `kid` names; `request_body_sha256` covers the body, `iat` is at most 5 minutes old. */
export function jwtPlaid(): Scheme {
  const header = 'plaid-verification'
  return {
    id: 'jwt-plaid',
    summary: `JWT (ES256) in \`${header}\` with SHA-256 of the body`,
    headers: [header],
    required: [header],
    signsUrl: false,
    coversBody: true,
    malformed: (headers) => tokenFault(headers.get(header)),
    verify(input) {
      const value = input.request.headers.get(header) ?? ''
      if (value === '') return missing(`no ${header} header`)
      const token = readToken(value)
      if (token === undefined || token.keyId === undefined) return mismatch(`${header} holds no JWT with a key id`)
      let matched: string | null = null
      for (const secret of input.secrets) {
        const jwk = readJwk(secret.value)
        if (jwk?.keyId !== token.keyId) continue
        if (isKeySigned(token, jwk.key, 'ES256') && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no key of this source signs the token')
      const claimed = token.claims.text(token.claims.at('request_body_sha256')) ?? ''
      if (!equalText(claimed, hash('sha256', input.request.body, 'hex')))
        return mismatch('the token is for another body')
      const issued = token.claims.text(token.claims.at('iat')) ?? ''
      return (
        outsideLifetime(input, token.claims, { leewayS: 300, maxAgeS: 300, requires: ['iat'] }) ??
        proven(matched, { text: issued, ms: Number(issued) * 1000 })
      )
    },
  }
}

function tokenFault(value: string | undefined): string | undefined {
  const isToken = value === undefined || readToken(withoutBearer(value)) !== undefined
  return isToken ? undefined : 'expected a JWT: three parts in base64url, joined by dots'
}

const googleIssuers = ['https://accounts.google.com', 'accounts.google.com']
const googleKeys = 'https://www.googleapis.com/oauth2/v3/certs'

/** Pub/Sub push: an OIDC token of Google's for our audience and the subscription's service account. */
export function jwtPubsub(): Scheme {
  return {
    id: 'jwt-pubsub',
    summary:
      'OpenID Connect token (RS256) of Google in `authorization`: audience and service account; it does not cover the body',
    headers: ['authorization'],
    required: ['authorization'],
    signsUrl: false,
    coversBody: false,
    malformed: (headers) => tokenFault(headers.get('authorization')),
    verify(input) {
      const value = input.request.headers.get('authorization') ?? ''
      if (value === '') return missing('no authorization header')
      const token = readToken(withoutBearer(value))
      if (token === undefined) return mismatch('authorization holds no JWT')
      const matched = signerOf(input, token)
      if (matched === undefined) return { ok: false, why: 'needs', needs: { kind: 'jwks', url: googleKeys } }
      if (!matched.ok) return mismatch('no key of Google signs the token')

      const claim = (name: string) => token.claims.scalar(token.claims.at(name)) ?? ''
      if (!googleIssuers.includes(claim('iss'))) return mismatch('the token is not issued by Google')
      if (!isSame(claim('aud'), input.options.audience)) return mismatch('the token is for another audience')
      if (!isSame(claim('email'), input.options.email)) return mismatch('the token is of another service account')
      if (claim('email_verified') !== 'true') return mismatch("the token's address is not verified")
      return outsideLifetime(input, token.claims, { leewayS, requires: ['exp', 'iat'] }) ?? proven(matched.secretId)
    },
  }
}

/** Pinned keys first; undefined: the key set is still to be fetched. */
function signerOf(
  input: ProofInput,
  token: Token,
): { readonly ok: boolean; readonly secretId: string | null } | undefined {
  const names = (keyId: string | undefined) => token.keyId === undefined || keyId === undefined || keyId === token.keyId
  if (input.secrets.length > 0) {
    const secret = input.secrets.find(({ value }) => {
      const jwk = readJwk(value)
      return jwk !== undefined && names(jwk.keyId) && isKeySigned(token, jwk.key, 'RS256')
    })
    return { ok: secret !== undefined, secretId: secret?.id ?? null }
  }
  const keySet = input.fetched.get(googleKeys)
  if (keySet === undefined) return undefined
  const ok = readKeySet(keySet).some((jwk) => names(jwk.keyId) && isKeySigned(token, jwk.key, 'RS256'))
  return { ok, secretId: null }
}

function isSame(claim: string, option: string | undefined): boolean {
  return option !== undefined && option !== '' && equalText(claim, option)
}

/** Wix: the whole body is a JWT (RS256, text/plain). */
export function jwtWix(): Scheme {
  return {
    id: 'jwt-wix',
    summary: 'the whole body is a JWT (RS256)',
    headers: [],
    required: [],
    signsUrl: false,
    coversBody: true,
    verify(input): Proof {
      const token = readToken(input.request.body.toString('latin1').trim())
      if (token === undefined) return missing('the body is no JWT')
      let matched: string | null = null
      for (const secret of input.secrets) {
        const key = publicKey(secret.value)
        if (key !== undefined && isKeySigned(token, key, 'RS256') && matched === null) matched = secret.id
      }
      if (matched === null) return mismatch('no key of this source signs the body')
      return outsideLifetime(input, token.claims, { leewayS, requires: ['exp'] }) ?? proven(matched)
    },
  }
}

function signToken(claims: object, key: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
}
