import type { KeyId, Mode, SourceId, TenantId } from '@eventmesh/envelope'
import { isUuid } from '@eventmesh/envelope'
import type { Origin } from './read-record.ts'

/** Finds the modes of a tenant's keys or sources; one that is missing from the answer is not that tenant's. */
export type FindModes<Id extends string> = (tenantId: TenantId, ids: readonly Id[]) => Promise<ReadonlyMap<Id, Mode>>

const knownMax = 50_000

/**
 * Whether records come from whom they say (S33): their API key, or the source of a webhook, is the tenant's and of their
 * mode. Answers what is wrong per origin, undefined where nothing is. Tenant and mode of a key or source never change, so
 * what was confirmed stays known.
 */
export function createOriginCheck(find: {
  readonly keyModes: FindModes<KeyId>
  readonly sourceModes: FindModes<SourceId>
}) {
  const known = new Map<string, string>()

  async function learn<Id extends string>(wanted: ReadonlyMap<TenantId, ReadonlySet<Id>>, findModes: FindModes<Id>) {
    for (const [tenantId, ids] of wanted) {
      const modes = await findModes(tenantId, [...ids])
      for (const [id, mode] of modes) known.set(id, stamp(tenantId, mode))
    }
  }

  return async (origins: readonly Origin[]): Promise<readonly (string | undefined)[]> => {
    // Not while a batch is being learned: it would forget its own beginning.
    if (known.size > knownMax) known.clear()
    await learn(
      unknown(origins, (origin) => origin.keyId, known),
      find.keyModes,
    )
    await learn(unknown(origins, webhookSource, known), find.sourceModes)
    return origins.map((origin) => judge(origin, known))
  }
}

function stamp(tenantId: TenantId, mode: Mode): string {
  return `${tenantId} ${mode}`
}

function webhookSource({ source }: Origin): SourceId | null {
  return isUuid(source) ? (source as SourceId) : null
}

function unknown<Id extends string>(
  origins: readonly Origin[],
  idOf: (origin: Origin) => Id | null,
  known: ReadonlyMap<string, string>,
): ReadonlyMap<TenantId, Set<Id>> {
  const wanted = new Map<TenantId, Set<Id>>()
  for (const origin of origins) {
    const id = idOf(origin)
    if (id === null || known.has(id)) continue
    const ids = wanted.get(origin.tenantId)
    if (ids === undefined) wanted.set(origin.tenantId, new Set([id]))
    else ids.add(id)
  }
  return wanted
}

function judge(origin: Origin, known: ReadonlyMap<string, string>): string | undefined {
  const { tenantId, mode, source, keyId } = origin
  const isVouchedFor = (id: string) => known.get(id) === stamp(tenantId, mode)
  if (source !== 'native' && source !== 'native-test') {
    if (!isVouchedFor(source)) return 'the source is not this tenant’s, or of another mode'
    return keyId === null ? undefined : 'a webhook’s record with an API key'
  }
  if (keyId === null) return 'a native record without an API key'
  return isVouchedFor(keyId) ? undefined : 'the API key is not this tenant’s, or of another mode'
}
