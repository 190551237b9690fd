import type { KeyRecord, SourceRecord } from '@eventmesh/db'
import type { KeyId, Mode, Scope, SourceId, TenantId } from '@eventmesh/envelope'
import { bodyLimit } from '@eventmesh/providers'
import type { CachedKey } from './key-cache.ts'
import type { CachedSource } from './source-cache.ts'

/** Whose request it is: known by the full API key or URL token, also where that may no longer be used. */
export type Caller = ApiKeyCaller | SourceCaller

type Anyone = {
  readonly tenantId: TenantId
  readonly settings: SourceRecord['settings']
  readonly mode: Mode
  /** Where the request's idempotency keys are unique; header `em-source`. */
  readonly scope: Scope
}

export type ApiKeyCaller = Anyone & {
  readonly kind: 'key'
  readonly id: KeyId
  readonly settings: KeyRecord['settings']
}

export type SourceCaller = Anyone & {
  readonly kind: 'source'
  readonly id: SourceId
  readonly source: CachedSource
  /** What the source was found by. */
  readonly tokenHash: Buffer
  /** Its public address, without query. */
  readonly url: string
  readonly bodyBytesMax: number
}

export function callerOfKey(key: CachedKey): ApiKeyCaller {
  const { keyId: id, tenantId, settings, mode } = key
  return { kind: 'key', id, tenantId, settings, mode, scope: mode === 'live' ? 'native' : 'native-test' }
}

/** The scope is the source's id: a rotated address or secret makes no second event of a retry. */
export function callerOfSource(source: CachedSource, tokenHash: Buffer, url: string): SourceCaller {
  const { sourceId: id, tenantId, settings, mode } = source
  return {
    kind: 'source',
    id,
    tenantId,
    settings,
    mode,
    scope: id,
    source,
    tokenHash,
    url,
    bodyBytesMax: bodyLimit(source.options),
  }
}

export function keyIdOf(caller: Caller): KeyId | null {
  return caller.kind === 'key' ? caller.id : null
}
