import type { Verdict } from '@eventmesh/providers'
import { callerOfSource, type SourceCaller } from './caller.ts'
import { jitteredRetrySeconds, type Outcome, type Refusal } from './outcome.ts'
import type { SourceCache } from './source-cache.ts'
import type { SourceStore } from './source-store.ts'
import type { SourceUsage } from './source-usage.ts'

export type HandshakeDeps = {
  readonly sources: SourceCache
  readonly sourceStore: Pick<SourceStore, 'learn'>
  /** Opens an address of a provider's own that its record vouches for; false when it did not answer 2xx. */
  readonly confirm: (url: string) => Promise<boolean>
  readonly usage: SourceUsage
}

/** `reloaded`: the source has a secret after all, so that the request is to be judged again. */
export type Shaken = Outcome | { readonly kind: 'reloaded'; readonly caller: SourceCaller }

/** Does what a handshake asks for, before it is answered: a 2xx says that it is done. */
export async function shakeHands(
  { answer, learnedSecret, confirmUrl }: Extract<Verdict, { readonly kind: 'handshake' }>,
  caller: SourceCaller,
  receivedAtMs: number,
  deps: HandshakeDeps,
): Promise<Shaken> {
  const { source, tokenHash } = caller
  const end = (outcome: Outcome): Outcome => {
    deps.usage.handshake(source, receivedAtMs, outcome.kind === 'handshake' && outcome.answer.status < 300)
    return outcome
  }
  if (learnedSecret !== null) {
    const learned = await deps.sourceStore.learn(source, learnedSecret).catch(() => 'failed' as const)
    if (learned === 'failed') return end(refused(later('the secret of this handshake could not be kept')))
    // The next delivery is signed with it.
    deps.sources.forget(tokenHash)
    if (learned === 'has_secret') return (await reloaded(caller, deps)) ?? end(refused(hadSecret))
  }
  if (confirmUrl !== null && !(await deps.confirm(confirmUrl))) {
    return end(refused(later('the subscription could not be confirmed')))
  }
  return end({ kind: 'handshake', answer })
}

async function reloaded({ tokenHash, url }: SourceCaller, { sources }: HandshakeDeps): Promise<Shaken | undefined> {
  try {
    const source = await sources.load(tokenHash, performance.now())
    if (source === undefined || source.opened.secrets.length === 0) return undefined
    return { kind: 'reloaded', caller: callerOfSource(source, tokenHash, url) }
  } catch {
    // Whoever asks again finds Postgres back, or is told that it is away.
    return refused(later('the source could not be looked up'))
  }
}

const hadSecret: Refusal = {
  code: 'signature_mismatch',
  detail: 'this source had a secret before, and a handshake does not bring another; add it by hand',
}

function later(what: string): Refusal {
  return {
    code: 'auth_unavailable',
    detail: `${what} just now; send the same request again`,
    retryAfterSeconds: jitteredRetrySeconds(),
  }
}

function refused(refusal: Refusal): Outcome {
  return { kind: 'refused', refusal }
}
