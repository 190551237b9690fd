import type { Headers } from '../headers.ts'

/**
 * A scheme is code: one way of proving a delivery. A provider's record names one, with its parameters.
 * `verify` is pure and synchronous; what must be fetched (a certificate, a key set) it asks for by answering `needs`.
 */
export type Scheme = {
  readonly id: string
  /** What is verified, for the provider's page: one sentence. */
  readonly summary: string
  /** Lower-case names of the headers that carry the proof; one that arrives twice is refused. */
  readonly headers: readonly string[]
  /** Headers whose absence means that there is no proof at all; empty where the proof is in the body. */
  readonly required: readonly string[]
  /** Whether the registered address is part of what is signed. */
  readonly signsUrl: boolean
  /** Whether all of the body is covered; where not, replay protection needs the signed token. */
  readonly coversBody: boolean
  /** For the provider's page, where yes and no are too coarse: a sentence on what is covered. */
  readonly coverage?: string
  /** Default bounds of the signed timestamp in seconds; absent: no bound. */
  readonly bounds?: Bounds
  verify(input: ProofInput): Proof
  /** Why a header's value cannot be a signature of this scheme, or undefined. Never repeats the value. */
  malformed?(headers: Headers, options: SourceOptions): string | undefined
  /** For evidence: digests of which a reader may see the first characters. */
  compare?(input: ProofInput): Comparison | undefined
  /** Signs a delivery as the provider would; only where the secret itself can sign. */
  sign?(input: SignInput): Signed
}

export type Comparison = {
  readonly received: string
  readonly expected: string
  /** The template of what is signed. */
  readonly signed: string
  /** As the request claims it, where a time is part of what is signed. */
  readonly signedAt?: SignedTime | null | undefined
}

export type Bounds = { readonly pastS?: number; readonly futureS?: number }

export type Secret = { readonly id: string; readonly value: string }

export type ProofRequest = {
  readonly method: string
  /** The registered address with the request's own query. */
  readonly url: string
  /** As received, without `?`. */
  readonly query: string
  readonly headers: Headers
  readonly body: Buffer
}

export type ProofInput = {
  readonly request: ProofRequest
  readonly secrets: readonly Secret[]
  readonly options: SourceOptions
  readonly nowMs: number
  /** The source's `tolerance` option in seconds, both ways; absent: the scheme's own bounds. */
  readonly toleranceS?: number | undefined
  /** Read every key this way instead of the provider's: only a diagnosis asks for it. */
  readonly decoding?: KeyDecoding
  /** What was fetched so far, by URL. */
  readonly fetched: ReadonlyMap<string, string>
}

export type SourceOptions = Readonly<Record<string, string>>

/** How a secret's text becomes key bytes. `nfkd`: text in Unicode normal form KD. */
export type KeyDecoding = 'utf8' | 'hex' | 'base64' | 'nfkd'

export type SignedTime = {
  /** As the provider wrote it: it is part of the key of a provider without delivery ids. */
  readonly text: string
  readonly ms: number
}

export type KeyRequest = {
  readonly kind: 'certificate' | 'jwks'
  /** https, host already matched against the provider's. */
  readonly url: string
}

export type Proof =
  | {
      readonly ok: true
      /** Which secret matched; null where there is none (a fetched key, no verification). */
      readonly secretId: string | null
      readonly signedAt: SignedTime | null
      /** Set where the proof does not cover the body: to be claimed once, with the body's fingerprint. */
      readonly token: string | null
    }
  | Refusal
  | { readonly ok: false; readonly why: 'needs'; readonly needs: KeyRequest }

export type Refusal =
  | { readonly ok: false; readonly why: 'missing' | 'mismatch' | 'repeated'; readonly detail: string }
  | {
      readonly ok: false
      readonly why: 'skew'
      readonly detail: string
      readonly skewS: number
      readonly allowedS: number
    }

export type SignInput = {
  readonly method: string
  readonly url: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
  readonly secret: string
  readonly options: SourceOptions
  readonly nowMs: number
  readonly deliveryId: string
}

/** What signing adds or replaces. */
export type Signed = {
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: Buffer
  readonly url?: string
}

export function proven(
  secretId: string | null,
  signedAt: SignedTime | null = null,
  token: string | null = null,
): Proof {
  return { ok: true, secretId, signedAt, token }
}

export function missing(detail: string): Refusal {
  return { ok: false, why: 'missing', detail }
}

export function mismatch(detail: string): Refusal {
  return { ok: false, why: 'mismatch', detail }
}
