import { createPublicKey } from 'node:crypto'
import { isCleanText } from '@eventmesh/envelope'
import { decode, decodePasted } from './encoding.ts'
import type { Provider } from './provider.ts'
import { keyPair } from './schemes/braintree.ts'
import { readJwk } from './schemes/jwt.ts'
import { keyBytes, namedKey } from './schemes/key.ts'
import { publicKey } from './schemes/public-key.ts'
import type { KeyDecoding, SourceOptions } from './schemes/scheme.ts'

export type SecretCheck =
  /** `warning`: taken, and said: providers differ in what they call long enough. */
  | { readonly ok: true; readonly warning?: string }
  /** Never repeats the secret. */
  | { readonly ok: false; readonly detail: string }

/** One secret a line, as typed or piped in; a PEM block, from its BEGIN to its END line, is one. */
export function splitSecrets(text: string): readonly string[] {
  const secrets: string[] = []
  let block: string[] | undefined
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '')
    if (block === undefined && /^\s*-----BEGIN [A-Z0-9 ]+-----\s*$/.test(line)) block = []
    if (block === undefined) {
      if (line !== '') secrets.push(line)
      continue
    }
    block.push(line.trim())
    if (/^-----END [A-Z0-9 ]+-----$/.test(line.trim())) {
      secrets.push(`${block.join('\n')}\n`)
      block = undefined
    }
  }
  if (block !== undefined) secrets.push(block.join('\n'))
  return secrets
}

/** Whether a secret is of the provider's form; an empty or malformed one is refused, a short one is taken with a warning. */
export function checkSecret(provider: Provider, options: SourceOptions, secret: string): SecretCheck {
  if (provider.secret.form === 'none') return refused(`${provider.name} has no secret`)
  if (secret.trim() === '') return refused('the secret is empty')
  if (/^v1a?,[A-Za-z0-9+/]/.test(secret)) return refused('this is a signature, not the secret')
  const isPem = provider.secret.form === 'pem'
  if (!isPem && !isCleanText(secret)) return refused('the secret holds control characters')
  if (secret.length > 16_384) return refused('the secret is longer than 16384 characters')

  const fault = formFault(provider, options, secret)
  if (fault !== undefined) return refused(`the secret of ${provider.name} is ${fault}`)
  const warning = warningOf(provider, options, secret)
  return warning === undefined ? { ok: true } : { ok: true, warning }
}

/** What the secret should be, when it is not. */
function formFault(provider: Provider, options: SourceOptions, secret: string): string | undefined {
  const { form, pattern } = provider.secret
  switch (form) {
    case 'whsec':
      return whsecFault(secret)
    case 'gitlab':
      return secret.startsWith('whsec_') || secret.startsWith('whpk_') ? whsecFault(secret) : undefined
    case 'hex':
      return decode(secret, 'hex') === undefined ? 'a key in hex digits' : undefined
    case 'base64':
      return decodePasted(secret) === undefined ? 'a key in base64' : undefined
    case 'ed25519':
      return decode(secret, 'hex')?.length === 32 ? undefined : 'a public key of 64 hex digits'
    case 'ec-spki':
      return isEcKey(secret) ? undefined : 'a public key (P-256) in base64'
    case 'named-key':
      return namedKey(secret) === undefined ? 'name and secret divided by a colon' : undefined
    case 'key-pair':
      return keyPair(secret) === undefined ? 'public_key|private_key' : undefined
    case 'user-password':
      return namedKey(secret) === undefined ? 'user:password' : undefined
    case 'pem':
      return publicKey(secret)?.asymmetricKeyType === 'rsa' ? undefined : 'a PEM certificate or public key (RSA)'
    case 'jwk':
      return jwkFault(provider, secret)
    case 'generic': {
      const decoding = (options.key ?? 'utf8') as KeyDecoding
      return keyBytes(secret, decoding) === undefined ? `a key in ${decoding}` : undefined
    }
    case 'text':
      return pattern === undefined || pattern.regex.test(secret) ? undefined : pattern.rule
    case 'none':
      return undefined
  }
}

function whsecFault(secret: string): string | undefined {
  if (secret.startsWith('whsk_')) return 'not the private key (whsk_): paste the public one (whpk_)'
  if (secret.startsWith('whpk_')) {
    return decodePasted(secret.slice(5))?.length === 32 ? undefined : 'whpk_ followed by 32 bytes in base64'
  }
  return decodePasted(secret.replace(/^whsec_/, '')) === undefined ? 'whsec_ followed by base64' : undefined
}

function isEcKey(secret: string): boolean {
  const der = decodePasted(secret)
  if (der === undefined) return false
  try {
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    // OpenSSL throws on what is no key: the form is wrong.
    return false
  }
}

function jwkFault(provider: Provider, secret: string): string | undefined {
  const jwk = readJwk(secret)
  const type = provider.scheme.id === 'jwt-plaid' ? 'ec' : 'rsa'
  if (jwk?.key.asymmetricKeyType !== type) return `a public JWK (${type.toUpperCase()}) as JSON on one line`
  return type === 'ec' && jwk.keyId === undefined ? 'a JWK with its kid' : undefined
}

function warningOf(provider: Provider, options: SourceOptions, secret: string): string | undefined {
  const { form } = provider.secret
  if (form === 'ed25519' || form === 'ec-spki' || form === 'pem' || form === 'jwk') return undefined
  if (secret !== secret.trim()) return 'the secret begins or ends with a blank; is that part of it?'
  const short = provider.secret.shortBelow ?? 16
  const length = strengthOf(provider, options, secret)
  return length < short
    ? `the secret is short (${length} ${form === 'text' ? 'characters' : 'bytes'}); is it complete?`
    : undefined
}

function strengthOf(provider: Provider, options: SourceOptions, secret: string): number {
  switch (provider.secret.form) {
    case 'whsec':
    case 'gitlab':
      return secret.startsWith('whpk_') ? 32 : (decodePasted(secret.replace(/^whsec_/, ''))?.length ?? secret.length)
    case 'hex':
      return secret.length / 2
    case 'base64':
      return decodePasted(secret)?.length ?? 0
    case 'named-key':
    case 'user-password':
      return namedKey(secret)?.key.length ?? 0
    case 'key-pair':
      return keyPair(secret)?.privateKey.length ?? 0
    case 'generic':
      return keyBytes(secret, (options.key ?? 'utf8') as KeyDecoding)?.length ?? 0
    default:
      return secret.length
  }
}

function refused(detail: string): SecretCheck {
  return { ok: false, detail }
}
