import { type Database, keyChannel, type Listener } from '@eventmesh/db'
import { isUuid, type TenantId } from '@eventmesh/envelope'
import type { CredentialCache } from './credential-cache.ts'

type Cache = Pick<CredentialCache<{ readonly tenantId: TenantId }>, 'forget' | 'forgetTenant' | 'refreshAll'>

/** Forgets what changed as soon as Postgres says so; what a lost connection missed ends with the caches' ages. */
export function followKeyChanges(database: Database, caches: readonly Cache[]): Promise<Listener> {
  return database.listen(
    keyChannel,
    (payload) => {
      for (const cache of caches) {
        if (isUuid(payload)) cache.forgetTenant(payload)
        else cache.forget(Buffer.from(payload, 'hex'))
      }
    },
    {
      onConnected: () => {
        for (const cache of caches) cache.refreshAll()
      },
    },
  )
}
