import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import type { SourceOptions } from './schemes/scheme.ts'

export type SignDelivery = {
  readonly provider: string
  readonly options: SourceOptions
  /** An active secret; of a source without one, empty. */
  readonly secret: string
  /** The source's public address, without query; the option `public_url` wins over it. */
  readonly url: string
  readonly nowMs: number
  /** The provider's id of this delivery: the same again is a retry. */
  readonly deliveryId: string
  /** Instead of the provider's sample. */
  readonly body?: Buffer
  readonly contentType?: string
  /** Added to the sample's headers, or put in their place. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
}

export type SignedDelivery =
  | {
      readonly ok: true
      readonly method: 'POST'
      readonly url: string
      readonly headers: readonly (readonly [name: string, value: string])[]
      readonly body: Buffer
    }
  | { readonly ok: false; readonly detail: string }

/** A delivery as the provider would send it, for `source send` and the generated tests. */
export function sign(delivery: SignDelivery): SignedDelivery {
  const provider = providers.get(delivery.provider)
  if (provider === undefined) return { ok: false, detail: 'the provider is not known' }
  if (provider.scheme.sign === undefined) {
    return { ok: false, detail: `only ${provider.name} holds the key that signs its deliveries; ${provider.test}` }
  }
  if (provider.secret.form !== 'none' && delivery.secret === '')
    return { ok: false, detail: 'the source has no secret yet' }
  const body = delivery.body ?? sampleBody(provider, delivery)
  if (body === undefined) return { ok: false, detail: `there is no sample of ${provider.name}; give a body` }

  const headers = headersOf(provider, delivery)
  const url = delivery.options.public_url ?? delivery.url
  const signed = provider.scheme.sign({
    method: 'POST',
    url,
    headers,
    body,
    secret: delivery.secret,
    options: delivery.options,
    nowMs: delivery.nowMs,
    deliveryId: delivery.deliveryId,
  })
  const replaced = new Set(signed.headers.map(([name]) => name.toLowerCase()))
  return {
    ok: true,
    method: 'POST',
    url: signed.url ?? url,
    headers: [...headers.filter(([name]) => !replaced.has(name.toLowerCase())), ...signed.headers],
    body: signed.body ?? body,
  }
}

function sampleBody(provider: Provider, delivery: SignDelivery): Buffer | undefined {
  const text = provider.sample?.body
  return text === undefined ? undefined : Buffer.from(filled(text, delivery))
}

function headersOf(provider: Provider, delivery: SignDelivery): readonly (readonly [string, string])[] {
  const sample = Object.entries(provider.sample?.headers ?? {}).map(
    ([name, value]) => [name, filled(value, delivery)] as const,
  )
  const given = delivery.headers ?? []
  const names = new Set(given.map(([name]) => name.toLowerCase()))
  const contentType = delivery.contentType ?? provider.sample?.contentType ?? 'application/json'
  return [['content-type', contentType] as const, ...sample].filter(([name]) => !names.has(name)).concat(given)
}

function filled(text: string, { deliveryId, nowMs }: SignDelivery): string {
  return text
    .replaceAll('{id}', deliveryId)
    .replaceAll('{s}', String(Math.floor(nowMs / 1000)))
    .replaceAll('{ms}', String(nowMs))
    .replaceAll('{iso}', new Date(nowMs).toISOString())
}
