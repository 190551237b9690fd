import type { Encoding } from '../encoding.ts'
import { hmac } from './hmac.ts'
import type { Hash } from './mac.ts'
import type { KeyDecoding, Scheme, SourceOptions } from './scheme.ts'
import { mismatch } from './scheme.ts'

const bounds = { pastS: 300, futureS: 300 }

/** An HMAC that the source's options describe; what they leave out is SHA-256 of the body in hex, key as text. */
export function genericHmac(): Scheme {
  return {
    id: 'generic-hmac',
    summary: "an HMAC as the source's options describe it",
    headers: [],
    required: [],
    signsUrl: true,
    coversBody: true,
    bounds,
    verify(input) {
      const scheme = fromOptions(input.options)
      if (scheme === undefined) return mismatch("the source's options describe no HMAC")
      const twice = scheme.headers.find((name) => input.request.headers.count(name) > 1)
      if (twice !== undefined) return { ok: false, why: 'repeated', detail: `the header ${twice} arrived twice` }
      return scheme.verify(input)
    },
    malformed: (headers, options) => fromOptions(options)?.malformed?.(headers, options),
    compare: (input) => fromOptions(input.options)?.compare?.(input),
    sign: (input) => fromOptions(input.options)?.sign?.(input) ?? { headers: [] },
  }
}

/** Made once for as long as the source's options are kept. */
const schemes = new WeakMap<SourceOptions, Scheme>()

function fromOptions(options: SourceOptions): Scheme | undefined {
  const known = schemes.get(options)
  if (known !== undefined) return known
  const made = describedBy(options)
  if (made !== undefined) schemes.set(options, made)
  return made
}

function describedBy(options: SourceOptions): Scheme | undefined {
  const signed = readTemplate(options.signed ?? '{body}')
  const header = options.header?.toLowerCase()
  if (signed === undefined || header === undefined) return undefined
  const timeHeader = options.timestamp_header?.toLowerCase()
  if (signed.includes('{ts}') && timeHeader === undefined) return undefined
  return hmac({
    header,
    ...(options.prefix === undefined ? {} : { format: { type: 'plain', prefix: options.prefix } }),
    hash: (options.hash ?? 'sha256') as Hash,
    encoding: (options.encoding ?? 'hex') as Encoding,
    key: (options.key ?? 'utf8') as KeyDecoding,
    signed,
    ...(timeHeader === undefined ? {} : { time: { header: timeHeader, unit: 'auto' } }),
    bounds,
  })
}

/** Literal text and {body} {ts} {url} {method}; undefined where the body is missing or a name is unknown. */
export function readTemplate(template: string): readonly string[] | undefined {
  const parts = template.split(/(\{[^{}]*\})/).filter((part) => part !== '')
  const isKnown = parts.every((part) => !/[{}]/.test(part) || ['{body}', '{ts}', '{url}', '{method}'].includes(part))
  return isKnown && parts.filter((part) => part === '{body}').length === 1 ? parts : undefined
}
