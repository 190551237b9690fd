import { tokenHash } from '@eventmesh/db'
import type { AuthenticateDeps, Authenticated } from './authenticate.ts'
import { callerOfSource } from './caller.ts'
import { findCredential } from './find-credential.ts'
import { refuse } from './outcome.ts'
import type { RawRequest } from './request.ts'
import type { CachedSource } from './source-cache.ts'

const what = { one: 'the address of the source', many: 'addresses of sources' }
const pausedRetrySeconds = 3_600

/** The source whose address was called. What cannot be a token costs what an unknown one does. */
export async function authenticateSource(
  token: string,
  request: RawRequest,
  deps: Pick<AuthenticateDeps, 'sources' | 'failures' | 'now' | 'publicUrl'>,
): Promise<Authenticated> {
  const { sources: cache, failures } = deps
  const hash = cache.hashOf(token) ?? tokenHash(token)
  const finding = findCredential(token, hash, { cache, failures, ip: request.ip, what })
  const found = 'ok' in finding ? finding : await finding
  if (!found.ok) return found
  const source = found.value
  if (source === 'absent' || hasEnded(source, deps.now())) {
    failures.take(request.ip, 1, performance.now())
    return refuse('source_unknown', 'no source has this address; check that it was copied whole')
  }

  const caller = callerOfSource(source, hash, `${deps.publicUrl}/hooks/${token}`)
  if (source.deletedAt !== null) {
    return { ...refuse('source_deleted', 'this source was deleted; remove its address at the sender'), caller }
  }
  if (source.tenantSuspendedAt !== null) {
    return { ...refuse('tenant_suspended', 'this organization is suspended; ask its operator'), caller }
  }
  if (source.pausedAt !== null) {
    const detail = 'this source is paused; send the same request again later'
    return { ...refuse('source_paused', detail, { retryAfterSeconds: pausedRetrySeconds }), caller }
  }
  return { ok: true, value: caller }
}

/** The address before the last rotation is taken for a while. */
function hasEnded(source: CachedSource, nowMs: number): boolean {
  return source.tokenEndsAt !== null && source.tokenEndsAt.getTime() <= nowMs
}
