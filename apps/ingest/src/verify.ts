import { type KeysPort, type Verdict, verify as verifyDelivery, type WebhookRequest } from '@eventmesh/providers'
import type { SourceCaller } from './caller.ts'
import type { Exchange } from './exchange.ts'
import { type HandshakeDeps, shakeHands } from './handshake.ts'
import { jitteredRetrySeconds, type Outcome, type Refusal } from './outcome.ts'
import type { EventRequest } from './request.ts'

export type VerifyDeps = HandshakeDeps & {
  /** Certificates and key sets that providers publish. */
  readonly publishedKeys: KeysPort
}

/** What a delivery's proof says besides that it holds. */
export type Proof = Extract<Verdict, { readonly kind: 'verified' }>

export type Verified =
  | { readonly ok: true; readonly proof: Proof }
  /** The request ends here: refused, or a handshake, which is answered and never an event. */
  | { readonly ok: false; readonly outcome: Outcome }

/** The provider's proof over the raw bytes, against every active secret: at once where it holds and needs nothing fetched. */
export function verify(
  body: Buffer,
  request: EventRequest,
  caller: SourceCaller,
  exchange: Exchange,
  deps: VerifyDeps,
): Verified | Promise<Verified> {
  const { source } = caller
  const verdict = verifyDelivery({
    provider: source.provider,
    options: source.options,
    secrets: source.opened.secrets,
    request: deliveryOf(body, request, caller, exchange),
    nowMs: exchange.receivedAtMs,
    keys: deps.publishedKeys,
  })
  if ('kind' in verdict && verdict.kind === 'verified') return passed(verdict, caller, exchange, deps)
  return conclude(verdict, body, request, caller, exchange, deps)
}

async function conclude(
  given: Verdict | Promise<Verdict>,
  body: Buffer,
  request: EventRequest,
  caller: SourceCaller,
  exchange: Exchange,
  deps: VerifyDeps,
): Promise<Verified> {
  const { source } = caller
  const verdict = await given
  switch (verdict.kind) {
    case 'verified':
      return passed(verdict, caller, exchange, deps)
    case 'handshake': {
      const shaken = await shakeHands(verdict, caller, exchange.receivedAtMs, deps)
      // Another process learned the secret first: what it learned judges this request.
      if (shaken.kind === 'reloaded') return verify(body, request, shaken.caller, exchange, deps)
      return { ok: false, outcome: shaken }
    }
    case 'unavailable':
      return refused(
        unavailable(
          'the certificate or key set that proves this delivery could not be fetched just now; send the same request again',
        ),
      )
    case 'refused': {
      if (verdict.code === 'challenge_invalid') deps.usage.handshake(source, exchange.receivedAtMs, false)
      // A secret that cannot be opened might have proved it: our own trouble is never told as the sender's.
      if (verdict.code === 'signature_mismatch' && source.opened.unreadable > 0) {
        return refused(unavailable('a secret of this source cannot be opened just now; send the same request again'))
      }
      return refused({ code: verdict.code, detail: verdict.detail })
    }
  }
}

function passed(proof: Proof, { source }: SourceCaller, { receivedAtMs }: Exchange, { usage }: VerifyDeps): Verified {
  usage.received(source, receivedAtMs, proof.secretId)
  return { ok: true, proof }
}

/** The request as the provider sent it. */
export function deliveryOf(
  body: Buffer,
  { method, query }: Pick<EventRequest, 'method' | 'query'>,
  { url }: Pick<SourceCaller, 'url'>,
  { incoming }: Pick<Exchange, 'incoming'>,
): WebhookRequest {
  return { method, url, query, rawHeaders: incoming.rawHeaders, body }
}

function refused(refusal: Refusal): Verified {
  return { ok: false, outcome: { kind: 'refused', refusal } }
}

function unavailable(detail: string): Refusal {
  return { code: 'auth_unavailable', detail, retryAfterSeconds: jitteredRetrySeconds() }
}
