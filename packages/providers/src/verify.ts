import { couldBeChallenge, type HandshakeResult, readHandshake, readProvenHandshake } from './handshake.ts'
import { type Headers, readHeaders } from './headers.ts'
import type { Answer, Provider } from './provider.ts'
import { providers } from './registry.ts'
import type { WebhookRequest } from './request.ts'
import type { KeyRequest, Proof, ProofInput, Refusal, Secret, SignedTime, SourceOptions } from './schemes/scheme.ts'

export type VerifyInput = {
  /** The provider's id; an unknown one refuses everything. */
  readonly provider: string
  /** As `checkOptions` accepted them. */
  readonly options: SourceOptions
  /** All active secrets, newest first: handshakes are answered with the first. */
  readonly secrets: readonly Secret[]
  readonly request: WebhookRequest
  readonly nowMs: number
  /** Needed by PayPal, SNS and Pub/Sub without a pinned key. */
  readonly keys?: KeysPort
}

/** Fetches what a provider publishes: certificates as PEM, key sets as JSON. Undefined: it could not be had now. */
export type KeysPort = {
  get(request: KeyRequest): Promise<string | undefined>
}

export type Verdict =
  | {
      readonly kind: 'verified'
      /** Which secret matched; null where there is none. */
      readonly secretId: string | null
      readonly signedAt: SignedTime | null
      /** Where the proof does not cover the body: claim this once, with the body's fingerprint; another body is refused. */
      readonly proofToken: string | null
    }
  | {
      readonly kind: 'refused'
      readonly code:
        | 'signature_missing'
        | 'signature_mismatch'
        | 'timestamp_skew'
        | 'header_repeated'
        | 'challenge_invalid'
      /** Free of secrets and signatures. */
      readonly detail: string
    }
  | {
      readonly kind: 'handshake'
      readonly answer: Answer
      /** Asana, Notion: store it, if the source still has no secret, before answering. */
      readonly learnedSecret: string | null
      /** SNS: GET this address (https, Amazon's own) to confirm the subscription. */
      readonly confirmUrl: string | null
    }
  /** A certificate or key set could not be fetched: answer 503, never 401. */
  | { readonly kind: 'unavailable'; readonly needs: KeyRequest }

/** More than any provider needs: a certificate, or a key set. */
const fetchesMax = 2

/**
 * Proves a request, or answers its handshake; at once where nothing must be fetched. Never throws on any bytes; every
 * active secret is tried in constant time. Runs on raw bytes, before and apart from parsing by content type.
 */
export function verify(input: VerifyInput): Verdict | Promise<Verdict> {
  const provider = providers.get(input.provider)
  if (provider === undefined) return refused('signature_mismatch', 'the provider of this source is not known')

  const verdict = attempt(provider, input, nothingFetched)
  return verdict.kind === 'unavailable' ? verifyWithKeys(provider, input, verdict) : verdict
}

async function verifyWithKeys(provider: Provider, input: VerifyInput, first: Verdict): Promise<Verdict> {
  return (await judgeWithKeys(provider, input, first)).verdict
}

const nothingFetched: ReadonlyMap<string, string> = new Map()

/** What the provider publishes to prove this request with, by URL, as far as it could be had: for a diagnosis. */
export async function fetchKeys(input: VerifyInput): Promise<ReadonlyMap<string, string>> {
  const provider = providers.get(input.provider)
  if (provider === undefined) return nothingFetched
  return (await judgeWithKeys(provider, input, attempt(provider, input, nothingFetched))).fetched
}

async function judgeWithKeys(
  provider: Provider,
  input: VerifyInput,
  first: Verdict,
): Promise<{ readonly verdict: Verdict; readonly fetched: ReadonlyMap<string, string> }> {
  const fetched = new Map<string, string>()
  let verdict = first
  for (let round = 0; ; round++) {
    if (verdict.kind !== 'unavailable') return { verdict, fetched }
    const text = round < fetchesMax ? await input.keys?.get(verdict.needs) : undefined
    if (text === undefined) return { verdict, fetched }
    fetched.set(verdict.needs.url, text)
    verdict = attempt(provider, input, fetched)
  }
}

function attempt(provider: Provider, input: VerifyInput, fetched: ReadonlyMap<string, string>): Verdict {
  try {
    return judge(provider, proofInput(input, fetched))
  } catch {
    // Fails closed: whatever a hostile request makes a library throw, it has proved nothing.
    return refused('signature_mismatch', 'the proof could not be read')
  }
}

function judge(provider: Provider, input: ProofInput): Verdict {
  const early = readHandshake(provider, input)
  if (early !== undefined) return fromHandshake(early)
  if (needsSecret(provider) && input.secrets.length === 0) {
    return refused('signature_mismatch', 'this source has no secret yet')
  }
  if (couldBeChallenge(provider, input.request.body)) {
    return refused('signature_mismatch', 'the body could be a signed challenge')
  }
  const proof = proveOnce(provider, input)
  if (!proof.ok) return fromRefusal(proof)

  const late = readProvenHandshake(provider, input)
  if (late !== undefined) return fromHandshake(late)
  return { kind: 'verified', secretId: proof.secretId, signedAt: proof.signedAt, proofToken: proof.token }
}

/** The scheme's own verdict, with the one rule that holds for all: a proof that arrives twice is refused. */
export function proveOnce(provider: Provider, input: ProofInput): Proof {
  const twice = provider.scheme.headers.find((name) => input.request.headers.count(name) > 1)
  if (twice !== undefined) return { ok: false, why: 'repeated', detail: `the header ${twice} arrived twice` }
  return provider.scheme.verify(input)
}

export function needsSecret(provider: Provider): boolean {
  if (provider.secret.form === 'none') return false
  return provider.secret.isOptional !== true || provider.secret.form === 'text'
}

/** The request as schemes see it: the registered address with the request's own query. */
export function proofInput(
  input: Omit<VerifyInput, 'keys' | 'provider'>,
  fetched: ReadonlyMap<string, string>,
): ProofInput {
  const { request, options } = input
  const headers: Headers = readHeaders(request.rawHeaders)
  const base = options.public_url ?? request.url
  const url = request.query === '' ? base : `${base}?${request.query}`
  const toleranceS = options.tolerance === undefined ? undefined : Number(options.tolerance)
  return {
    request: { method: request.method, url, query: request.query, headers, body: request.body },
    secrets: input.secrets,
    options,
    nowMs: input.nowMs,
    toleranceS,
    fetched,
  }
}

function fromRefusal(proof: Refusal | Extract<Proof, { why: 'needs' }>): Verdict {
  switch (proof.why) {
    case 'missing':
      return refused('signature_missing', proof.detail)
    case 'mismatch':
      return refused('signature_mismatch', proof.detail)
    case 'skew':
      return refused('timestamp_skew', proof.detail)
    case 'repeated':
      return refused('header_repeated', proof.detail)
    case 'needs':
      return { kind: 'unavailable', needs: proof.needs }
  }
}

function fromHandshake(result: HandshakeResult): Verdict {
  if (!result.ok) return refused(result.code, result.detail)
  return {
    kind: 'handshake',
    answer: result.answer,
    learnedSecret: result.learnedSecret ?? null,
    confirmUrl: result.confirmUrl ?? null,
  }
}

function refused(code: Extract<Verdict, { kind: 'refused' }>['code'], detail: string): Verdict {
  return { kind: 'refused', code, detail }
}
