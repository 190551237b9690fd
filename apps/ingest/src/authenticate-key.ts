import { isIP } from 'node:net'
import { keyStatus, parseKey } from '@eventmesh/db'
import type { ErrorCode } from '@eventmesh/envelope'
import type { AuthenticateDeps, Authenticated } from './authenticate.ts'
import { callerOfKey } from './caller.ts'
import { findCredential } from './find-credential.ts'
import type { CachedKey } from './key-cache.ts'
import { refuse } from './outcome.ts'
import type { RawRequest } from './request.ts'

const what = { one: 'the API key', many: 'API keys' }

/** The API key of a native request, and whether it may write events from here and now. */
export async function authenticateKey(
  request: RawRequest,
  deps: Pick<AuthenticateDeps, 'keys' | 'failures' | 'now'>,
): Promise<Authenticated> {
  const header = request.headers.authorization
  const token = header === undefined ? undefined : /^Bearer +([^ ]+)$/i.exec(header)?.[1]
  if (token === undefined) return refuse('key_missing', 'send the API key as "Authorization: Bearer em_…"')

  const { keys: cache, failures } = deps
  const hash = cache.hashOf(token) ?? parseKey(token)?.hash
  const finding = findCredential(token, hash, { cache, failures, ip: request.ip, what })
  const found = 'ok' in finding ? finding : await finding
  if (!found.ok) return found
  const key = found.value
  if (key === 'absent') {
    failures.take(request.ip, 1, performance.now())
    return refuse(
      'key_invalid',
      'the API key is not known; check that it was copied whole and belongs to this installation',
    )
  }

  const caller = callerOfKey(key)
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
