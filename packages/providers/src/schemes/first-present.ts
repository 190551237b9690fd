import { mismatch, type ProofInput, type Scheme } from './scheme.ts'

type Variant = {
  /** Lower-case header whose presence chooses this scheme; the last variant may leave it out. */
  readonly when?: string
  readonly scheme: Scheme
  /** Which secrets this variant may use. */
  readonly uses?: (secret: string) => boolean
}

/** A provider with several schemes: the first whose header is present counts, and there is no falling back from it. */
export function firstPresent(id: string, variants: readonly Variant[], coverage?: string): Scheme {
  function chosen(input: Pick<ProofInput, 'request'>): Variant | undefined {
    return variants.find(({ when }) => when === undefined || input.request.headers.count(when) > 0) ?? variants.at(-1)
  }
  function narrowed(input: ProofInput, variant: Variant): ProofInput {
    return { ...input, secrets: input.secrets.filter(({ value }) => variant.uses?.(value) ?? true) }
  }
  const first = variants[0]!.scheme
  return {
    id,
    summary: variants.map(({ scheme }) => scheme.summary).join('; or '),
    headers: [...new Set(variants.flatMap(({ scheme }) => scheme.headers))],
    required: variants.flatMap(({ scheme }) => scheme.required),
    signsUrl: variants.some(({ scheme }) => scheme.signsUrl),
    coversBody: variants.every(({ scheme }) => scheme.coversBody),
    ...(coverage === undefined ? {} : { coverage }),
    ...(first.bounds === undefined ? {} : { bounds: first.bounds }),
    verify(input) {
      const variant = chosen(input)
      if (variant === undefined) return mismatch('no scheme fits')
      return variant.scheme.verify(narrowed(input, variant))
    },
    malformed(headers, options) {
      const variant = variants.find(({ when }) => when !== undefined && headers.count(when) > 0)
      return variant?.scheme.malformed?.(headers, options)
    },
    compare(input) {
      const variant = chosen(input)
      return variant?.scheme.compare?.(narrowed(input, variant))
    },
    sign(input) {
      const variant = variants.find(({ uses }) => uses?.(input.secret) ?? true) ?? variants[0]!
      return variant.scheme.sign?.(input) ?? { headers: [] }
    },
  }
}
