import { isIP } from 'node:net'
import { keyStatus, parseKey } from '@eventmesh/db'
import type { ErrorCode, Scope } from '@eventmesh/envelope'
import type { CachedKey, KeyCache } from './key-cache.ts'
import { jitteredRetrySeconds, type Refusal, refuse } from './outcome.ts'
import type { RawRequest } from './request.ts'
import type { TokenBuckets } from './token-bucket.ts'

/** Whose request it is: known by the full key, also where the key may no longer be used. */
export type Caller = { readonly key: CachedKey; readonly scope: Scope }

export type Authenticated =
  | { readonly ok: true; readonly value: Caller }
  /** `caller` when the refusal can be shown to a tenant: the sender proved to hold its key. */
  | { readonly ok: false; readonly refusal: Refusal; readonly caller?: Caller }

export type AuthenticateDeps = {
  readonly keys: KeyCache
  /** Failures by address. */
  readonly failures: TokenBuckets
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** From the headers alone: the API key, and whether it may write events from here and now. */
export async function authenticate(request: RawRequest, deps: AuthenticateDeps): Promise<Authenticated> {
  const header = request.headers.authorization
  const token = header === undefined ? undefined : /^Bearer +([^ ]+)$/i.exec(header)?.[1]
  if (token === undefined) return refuse('key_missing', 'send the API key as "Authorization: Bearer em_…"')

  const now = performance.now()
  const parsed = parseKey(token)
  let key = parsed === undefined ? ('absent' as const) : deps.keys.find(parsed.hash, now)
  // Senders share addresses: a key that is known is never made to pay for its neighbours' failures.
  if (key === undefined || key === 'absent') {
    const waitMs = deps.failures.waitMs(request.ip, 1, now)
    if (waitMs > 0) {
      return refuse('rate_limited', 'too many requests with unknown API keys came from this address', {
        retryAfterSeconds: Math.ceil(waitMs / 1_000),
      })
    }
  }
  if (key === undefined) {
    try {
      key = (await deps.keys.load(parsed!.hash, now)) ?? 'absent'
    } catch {
      return refuse('auth_unavailable', 'the API key could not be checked just now; send the same request again', {
        retryAfterSeconds: jitteredRetrySeconds(),
      })
    }
  }
  if (key === 'absent') {
    deps.failures.take(request.ip, 1, now)
    return refuse(
      'key_invalid',
      'the API key is not known; check that it was copied whole and belongs to this installation',
    )
  }

  const caller: Caller = { key, scope: key.mode === 'live' ? 'native' : 'native-test' }
  const problem = objection(key, request.ip, deps.now())
  return problem === undefined ? { ok: true, value: caller } : { ...refuse(...problem), caller }
}

function objection(key: CachedKey, ip: string, nowMs: number): [code: ErrorCode, detail: string] | undefined {
  switch (keyStatus(key, new Date(nowMs))) {
    case 'expired':
      return ['key_expired', 'the API key has expired; use its successor or create a new one']
    case 'revoked':
      return ['key_revoked', 'the API key was revoked; create a new one']
    case 'disabled':
      return ['key_disabled', 'the API key is disabled; enable it again or use another one']
    case 'active':
    case 'expiring':
    case 'rotating_out':
  }
  if (key.tenantSuspendedAt !== null) return ['tenant_suspended', 'this organization is suspended; ask its operator']
  if (!key.scopes.includes('events:write')) return ['scope_missing', 'the API key lacks the scope events:write']
  if (key.allowedAddresses !== undefined && !key.allowedAddresses.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')) {
    return ['ip_not_allowed', `the API key may not be used from ${ip}`]
  }
  return undefined
}
