import { createHash } from 'node:crypto'
import type { Provider } from './provider.ts'
import type { SourceOptions } from './schemes/scheme.ts'
import { type SignedDelivery, sign } from './sign.ts'
import { type Verdict, verify } from './verify.ts'

/** A secret of the provider's form, made from a name: another name gives another secret. */
export function testSecret(provider: Provider, name: string): string {
  const digest = createHash('sha256').update(`${provider.id}/${name}`).digest()
  const hex = digest.toString('hex')
  switch (provider.secret.form) {
    case 'whsec':
    case 'gitlab':
      return `whsec_${digest.toString('base64')}`
    case 'hex':
      return hex
    case 'base64':
      return digest.toString('base64')
    case 'named-key':
      return `key-name:${hex}`
    case 'key-pair':
      return `public_key|${hex}`
    case 'user-password':
      return `user:${hex}`
    case 'none':
      return ''
    default:
      return provider.id === 'contentful' ? hex : hex.slice(0, 40)
  }
}

export const testUrl = 'https://hooks.example.com/hooks/token'

export const testOptions: Readonly<Record<string, SourceOptions>> = {
  'generic-hmac': {
    header: 'X-Signature',
    prefix: 'v1=',
    signed: '{ts}.{method}.{url}.{body}',
    timestamp_header: 'X-Time',
    encoding: 'base64',
  },
}

export type Delivery = Extract<SignedDelivery, { ok: true }>

/** The provider's sample, correctly signed. */
export function delivered(provider: Provider, secret: string, nowMs: number): Delivery {
  const options = testOptions[provider.id] ?? {}
  const signed = sign({ provider: provider.id, options, secret, url: testUrl, nowMs, deliveryId: 'delivery-1' })
  if (!signed.ok) throw new Error(`${provider.id}: ${signed.detail}`)
  return signed
}

/** The verdict of a source of the provider with one secret. */
export async function judged(
  provider: Provider,
  delivery: Omit<Delivery, 'ok' | 'method'>,
  secrets: readonly string[],
  nowMs: number,
  options: SourceOptions = testOptions[provider.id] ?? {},
): Promise<Verdict> {
  const [url, query = ''] = delivery.url.split(/\?(.*)/s)
  return await verify({
    provider: provider.id,
    options,
    secrets: secrets.map((value, i) => ({ id: `secret-${i}`, value })),
    request: { method: 'POST', url: url!, query, rawHeaders: delivery.headers.flat(), body: delivery.body },
    nowMs,
  })
}
