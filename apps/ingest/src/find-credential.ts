import type { TenantId } from '@eventmesh/envelope'
import type { CredentialCache } from './credential-cache.ts'
import { jitteredRetrySeconds, type Result, refuse } from './outcome.ts'
import type { TokenBuckets } from './token-bucket.ts'

/**
 * Whom a hash belongs to, or `absent`; refused where its sender's address failed too often, and where nobody can tell.
 * Senders share addresses: a credential that is known is never made to pay for its neighbours' failures.
 * `hash` undefined: not even the form of `text` is right. At once for whom the cache has.
 */
export function findCredential<Holder extends { readonly tenantId: TenantId }>(
  text: string,
  hash: Buffer | undefined,
  asked: Asked<Holder>,
): Result<Holder | 'absent'> | Promise<Result<Holder | 'absent'>> {
  const now = performance.now()
  const cached = hash === undefined ? 'absent' : asked.cache.find(hash, now, text)
  if (cached !== undefined && cached !== 'absent') return { ok: true, value: cached }
  return findSlowly(cached, hash, now, asked)
}

type Asked<Holder extends { readonly tenantId: TenantId }> = {
  readonly cache: CredentialCache<Holder>
  readonly failures: TokenBuckets
  readonly ip: string
  readonly what: { readonly one: string; readonly many: string }
}

async function findSlowly<Holder extends { readonly tenantId: TenantId }>(
  cached: 'absent' | undefined,
  hash: Buffer | undefined,
  now: number,
  { cache, failures, ip, what }: Asked<Holder>,
): Promise<Result<Holder | 'absent'>> {
  const waitMs = failures.waitMs(ip, 1, now)
  if (waitMs > 0) {
    return refuse('rate_limited', `too many requests with unknown ${what.many} came from this address`, {
      retryAfterSeconds: Math.ceil(waitMs / 1_000),
    })
  }
  if (cached === 'absent') return { ok: true, value: cached }
  try {
    return { ok: true, value: (await cache.load(hash!, now)) ?? 'absent' }
  } catch {
    return refuse('auth_unavailable', `${what.one} could not be checked just now; send the same request again`, {
      retryAfterSeconds: jitteredRetrySeconds(),
    })
  }
}
