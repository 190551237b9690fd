import { alteredBodies } from './altered-body.ts'
import type { Headers } from './headers.ts'
import type { Provider } from './provider.ts'
import { providers } from './registry.ts'
import type { Comparison, KeyDecoding, Proof, ProofInput, Secret, SignedTime, SourceOptions } from './schemes/scheme.ts'
import { urlForms } from './schemes/url-forms.ts'
import { checkSecret } from './secret-form.ts'
import { needsSecret, proofInput, proveOnce, type VerifyInput } from './verify.ts'

export type DiagnosisCode =
  | 'scheme_unknown'
  | 'secret_missing'
  | 'header_missing'
  | 'header_duplicated'
  | 'header_malformed'
  | 'secret_malformed'
  | 'timestamp_skew'
  | 'secret_decoding'
  | 'secret_previous'
  | 'secret_other_source'
  | 'url_mismatch'
  | 'body_altered'
  | 'wrong_secret'

export type Diagnosis = {
  readonly code: DiagnosisCode
  /** For the tenant's own eyes, never in an answer. Free of secrets, of signatures but their first 8 characters. */
  readonly text: string
  readonly evidence: Evidence
}

export type Evidence = {
  readonly scheme: string
  /** The header that carries the signature, if it came. */
  readonly header: string | null
  /** The template of what was signed. */
  readonly signed: string | null
  readonly method: string
  readonly url: string
  readonly bodyBytes: number
  /** RFC 3339: the time that was signed, as the request claims it. */
  readonly signedAt: string | null
  /** Positive: the sender's clock is behind ours. */
  readonly skewS: number | null
  /** The first 8 characters: a whole one could be forged with. */
  readonly received: string | null
  readonly expected: string | null
  /** The value of the option `key` with which the secret matches. */
  readonly decoding?: KeyDecoding
}

export type DiagnoseInput = Omit<VerifyInput, 'keys'> & {
  readonly retired?: readonly (Secret & { readonly removedAt: Date })[]
  /** Secrets of the tenant's other sources, with the source's name as `id`. */
  readonly siblings?: readonly Secret[]
  /** Addresses the source had or could be reached at. */
  readonly otherUrls?: readonly string[]
  /** What the provider publishes to prove its deliveries with, as far as it could be had. */
  readonly fetched?: ReadonlyMap<string, string>
}

/** No bound: what else is wrong shows whatever the clocks say. */
const unbounded = Number.MAX_SAFE_INTEGER

/** Why a request was refused, tested in the order of the codes; undefined when it is proved, or a key is not at hand. */
export function diagnose(input: DiagnoseInput): Diagnosis | undefined {
  const provider = providers.get(input.provider)
  const proof = proofInput(input, input.fetched ?? new Map())
  if (provider === undefined) {
    const text = `No provider is named ${input.provider}; this source refuses everything.`
    return conclude({ code: 'scheme_unknown', text }, proof, undefined)
  }
  const found = find(provider, proof, input)
  return found === undefined ? undefined : conclude(found, proof, provider)
}

type Finding = {
  readonly code: DiagnosisCode
  readonly text: string
  readonly skewS?: number
  readonly decoding?: KeyDecoding
}

function find(provider: Provider, proof: ProofInput, input: DiagnoseInput): Finding | undefined {
  if (needsSecret(provider) && proof.secrets.length === 0) {
    return { code: 'secret_missing', text: `This source has no secret yet: ${provider.secret.hint}.` }
  }
  const verdict = attempt(provider, proof)
  if (verdict.ok || verdict.why === 'needs') return undefined
  return (
    headerFinding(provider, proof, verdict) ??
    secretFinding(provider, proof) ??
    skewFinding(verdict) ??
    otherSecretFinding(provider, { ...proof, toleranceS: unbounded }, input) ??
    alteredFinding(provider, { ...proof, toleranceS: unbounded }, input) ?? {
      code: 'wrong_secret',
      text:
        proof.secrets.length === 0
          ? `${capitalised(verdict.detail)}.`
          : `No secret of this source matches. Copy it again from ${provider.name}.`,
    }
  )
}

function headerFinding(provider: Provider, proof: ProofInput, verdict: Proof): Finding | undefined {
  const { headers } = proof.request
  if (verdict.ok) return undefined
  if (verdict.why === 'repeated')
    return { code: 'header_duplicated', text: `${capitalised(verdict.detail)}. A proxy may add it again.` }
  if (verdict.why === 'missing') {
    const other = otherProvider(provider, headers)
    const what = `${capitalised(verdict.detail.replace(/\b[a-z0-9]+(?:-[a-z0-9]+)+\b/g, titled))}.`
    return {
      code: 'header_missing',
      text: other === undefined ? what : `${what} This looks like a ${other} delivery: wrong preset?`,
    }
  }
  const fault = provider.scheme.malformed?.(headers, proof.options)
  const isJoined =
    signatureHeaders(provider, proof.options).some((name) => isTwice(headers.get(name) ?? '')) ||
    (fault !== undefined && provider.scheme.required.some((name) => isTwoInOne(provider, proof, name)))
  if (isJoined)
    return {
      code: 'header_duplicated',
      text: 'The signature header holds two values joined by a comma. A proxy may add it again.',
    }
  return fault === undefined ? undefined : { code: 'header_malformed', text: `${capitalised(fault)}.` }
}

/** Of the scheme and, where a source names its own, of the source; in lower case. */
export function signatureHeaders({ scheme }: Provider, { header }: SourceOptions): readonly string[] {
  return header === undefined ? scheme.headers : [...scheme.headers, header.toLowerCase()]
}

/** The same text left and right of a comma, as a proxy joins it. */
function isTwice(value: string): boolean {
  const comma = value.indexOf(',', value.length / 2 - 2)
  return comma > 0 && value.slice(0, comma).trim() === value.slice(comma + 1).trim()
}

function isTwoInOne(provider: Provider, { request, options }: ProofInput, name: string): boolean {
  const parts = (request.headers.get(name) ?? '').split(/,\s*/)
  if (parts.length < 2) return false
  const single: Headers = { get: () => parts[0], count: (asked) => (asked === name ? 1 : 0), names: [name] }
  return provider.scheme.malformed?.(single, options) === undefined
}

function secretFinding(provider: Provider, proof: ProofInput): Finding | undefined {
  for (const secret of proof.secrets) {
    const check = checkSecret(provider, proof.options, secret.value)
    if (!check.ok) return { code: 'secret_malformed', text: `A stored secret is not of the form: ${check.detail}.` }
    if (secret.value !== secret.value.trim() && provider.secret.form !== 'pem') {
      return { code: 'secret_malformed', text: 'A stored secret begins or ends with a blank; paste it again without.' }
    }
  }
  return undefined
}

function skewFinding(verdict: Proof): Finding | undefined {
  if (verdict.ok || verdict.why !== 'skew') return undefined
  const side = verdict.skewS > 0 ? 'behind' : 'ahead'
  const text = `Sender clock is ${Math.round(Math.abs(verdict.skewS))} s ${side}; allowed ${verdict.allowedS} s.`
  return { code: 'timestamp_skew', text, skewS: verdict.skewS }
}

function otherSecretFinding(provider: Provider, proof: ProofInput, input: DiagnoseInput): Finding | undefined {
  for (const decoding of ['utf8', 'hex', 'base64'] as const) {
    if (!attempt(provider, { ...proof, decoding }).ok) continue
    const isGeneric = provider.secret.form === 'generic'
    const way = isGeneric ? `Set the option key to ${decoding}.` : `Paste it exactly as ${provider.name} shows it.`
    const text = `Right secret, other decoding. ${way}`
    return { code: 'secret_decoding', text, ...(isGeneric ? { decoding } : {}) }
  }
  const rewritten = proof.secrets.flatMap((secret) => rewrites(secret.value).map((value) => ({ ...secret, value })))
  if (attempt(provider, { ...proof, secrets: rewritten }).ok) {
    return { code: 'secret_decoding', text: `Right secret, other form. Paste it exactly as ${provider.name} shows it.` }
  }
  for (const secret of input.retired ?? []) {
    if (!attempt(provider, { ...proof, secrets: [secret] }).ok) continue
    return { code: 'secret_previous', text: `Signed with the secret removed on ${day(secret.removedAt)}.` }
  }
  for (const secret of input.siblings ?? []) {
    if (!attempt(provider, { ...proof, secrets: [secret] }).ok) continue
    return { code: 'secret_other_source', text: `Signed with the secret of the source ${secret.id}.` }
  }
  return undefined
}

/** What people cut off or leave on when they paste. */
function rewrites(secret: string): readonly string[] {
  const bare = secret.trim().replace(/^(?:whsec_|secret=|Bearer )/i, '')
  return [bare, `whsec_${bare}`].filter((text) => text !== secret && text !== '')
}

function alteredFinding(provider: Provider, proof: ProofInput, input: DiagnoseInput): Finding | undefined {
  const { request } = proof
  if (provider.scheme.signsUrl) {
    for (const url of urlCandidates(request.url, request.query, input)) {
      if (!attempt(provider, { ...proof, request: { ...request, url } }).ok) continue
      return {
        code: 'url_mismatch',
        text: `Signed for ${withoutQuery(url)}; register this URL, or set public_url to it.`,
      }
    }
  }
  for (const { body, how } of alteredBodies(request.body)) {
    if (attempt(provider, { ...proof, request: { ...request, body } }).ok) {
      return { code: 'body_altered', text: `${how} Forward raw bytes.` }
    }
  }
  return undefined
}

function urlCandidates(url: string, query: string, input: DiagnoseInput): readonly string[] {
  const suffix = query === '' ? '' : `?${query}`
  const bases = [
    url,
    withoutQuery(url),
    input.request.url + suffix,
    ...(input.otherUrls ?? []).map((other) => other + suffix),
  ]
  const forms = bases
    .flatMap((base) => [base, otherScheme(base)])
    .flatMap((base) => [base, otherSlash(base)])
    .flatMap((base) => urlForms(base))
  return [...new Set(forms)].filter((form) => form !== url)
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/s, '')
}

function otherScheme(url: string): string {
  return url.startsWith('https:') ? url.replace(/^https:/, 'http:') : url.replace(/^http:/, 'https:')
}

function otherSlash(url: string): string {
  const [, path = '', rest = ''] = /^([^?]*)(.*)$/s.exec(url)!
  return path.endsWith('/') ? path.slice(0, -1) + rest : `${path}/${rest}`
}

function attempt(provider: Provider, input: ProofInput): Proof {
  try {
    return proveOnce(provider, input)
  } catch {
    // As in verify: what cannot be read proves nothing.
    return { ok: false, why: 'mismatch', detail: 'the proof could not be read' }
  }
}

function conclude(
  { code, text, skewS, decoding }: Finding,
  proof: ProofInput,
  provider: Provider | undefined,
): Diagnosis {
  const { request } = proof
  const known = provider === undefined ? [] : signatureHeaders(provider, proof.options)
  const header = known.find((name) => request.headers.count(name) > 0) ?? null
  const compared = provider === undefined ? undefined : comparison(provider, proof)
  return {
    code,
    text,
    evidence: {
      scheme: provider?.scheme.id ?? 'unknown',
      header,
      signed: compared?.signed ?? null,
      method: request.method,
      url: request.url,
      bodyBytes: request.body.length,
      ...claimedTime(compared?.signedAt, proof.nowMs),
      ...(skewS === undefined ? {} : { skewS }),
      received: compared?.received.slice(0, 8) ?? null,
      expected: compared?.expected.slice(0, 8) ?? null,
      ...(decoding === undefined ? {} : { decoding }),
    },
  }
}

/** For evidence: the signed time, and by how much the sender's clock is behind ours. */
export function claimedTime(
  signedAt: SignedTime | null | undefined,
  nowMs: number,
): Pick<Evidence, 'signedAt' | 'skewS'> {
  const at = new Date(signedAt?.ms ?? Number.NaN)
  if (Number.isNaN(at.getTime())) return { signedAt: null, skewS: null }
  return { signedAt: at.toISOString(), skewS: (nowMs - at.getTime()) / 1000 }
}

function comparison(provider: Provider, proof: ProofInput): Comparison | undefined {
  try {
    return provider.scheme.compare?.(proof)
  } catch {
    // Evidence is a courtesy: without it the finding still stands.
    return undefined
  }
}

/** Whose signature the request carries instead, as far as its headers tell. */
function otherProvider(provider: Provider, headers: Headers): string | undefined {
  for (const name of headers.names) {
    if (name === 'authorization' || provider.scheme.headers.includes(name)) continue
    const names = providers.list().filter((other) => other.id !== provider.id && other.scheme.required.includes(name))
    if (names.some(({ id }) => id === 'standard-webhooks')) return 'Standard Webhooks'
    if (names.length > 0)
      return names
        .slice(0, 3)
        .map((other) => other.name)
        .join(' or ')
  }
  return undefined
}

function titled(header: string): string {
  return header.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function day(date: Date): string {
  return new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' }).format(date)
}
