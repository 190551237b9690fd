import type { KeyId, Mode, TenantId } from '@eventmesh/envelope'
import type { Origin } from './read-record.ts'

/** Finds the modes of a tenant's keys; a key that is missing from the answer is not that tenant's. */
export type FindKeyModes = (tenantId: TenantId, keyIds: readonly KeyId[]) => Promise<ReadonlyMap<KeyId, Mode>>

const knownMax = 50_000

/**
 * Whether records come from whom they say (S33): their API key is the tenant's and of their mode. Answers what is wrong
 * per origin, undefined where nothing is. A key's tenant and mode never change, so what was confirmed stays known.
 */
export function createOriginCheck(findKeyModes: FindKeyModes) {
  const known = new Map<KeyId, string>()

  return async (origins: readonly Origin[]): Promise<readonly (string | undefined)[]> => {
    for (const [tenantId, keyIds] of unknownKeys(origins, known)) {
      const modes = await findKeyModes(tenantId, [...keyIds])
      if (known.size + modes.size > knownMax) known.clear()
      for (const [keyId, mode] of modes) known.set(keyId, stamp(tenantId, mode))
    }
    return origins.map((origin) => judge(origin, known))
  }
}

function stamp(tenantId: TenantId, mode: Mode): string {
  return `${tenantId} ${mode}`
}

function unknownKeys(origins: readonly Origin[], known: ReadonlyMap<KeyId, string>): ReadonlyMap<TenantId, Set<KeyId>> {
  const unknown = new Map<TenantId, Set<KeyId>>()
  for (const { tenantId, keyId } of origins) {
    if (keyId === null || known.has(keyId)) continue
    const keyIds = unknown.get(tenantId)
    if (keyIds === undefined) unknown.set(tenantId, new Set([keyId]))
    else keyIds.add(keyId)
  }
  return unknown
}

function judge(origin: Origin, known: ReadonlyMap<KeyId, string>): string | undefined {
  // Webhook sources have no rows yet that could vouch for one.
  if (origin.source !== 'native' && origin.source !== 'native-test') return 'the source is not this tenant’s'
  if (origin.keyId === null) return 'a native record without an API key'
  return known.get(origin.keyId) === stamp(origin.tenantId, origin.mode)
    ? undefined
    : 'the API key is not this tenant’s, or of another mode'
}
