import type { OpenedSecrets, SourceRecord, StoredSecret } from '@eventmesh/db'
import { CredentialCache } from './credential-cache.ts'
import type { Limits } from './limits.ts'
import type { SourceStore } from './source-store.ts'

/** A source's record with its secrets, opened once. */
export type CachedSource = SourceRecord & { readonly opened: OpenedSecrets }

/** Sources by the hash of their URL's token. */
export class SourceCache extends CredentialCache<CachedSource> {
  constructor(store: SourceStore, limits: Limits) {
    super(async (hash, known) => {
      const record = await store.find(hash)
      if (record === undefined) return undefined
      // Opening costs some 0.5 ms a secret, and they seldom change.
      const opened = known !== undefined && hasSameSecrets(known, record) ? known.opened : store.open(record)
      return { ...record, opened }
    }, limits)
  }
}

function hasSameSecrets(known: SourceRecord, record: SourceRecord): boolean {
  return isSame(known.secrets, record.secrets) && isSame(known.retiredSecrets, record.retiredSecrets)
}

function isSame(before: readonly StoredSecret[], after: readonly StoredSecret[]): boolean {
  return (
    before.length === after.length &&
    before.every((secret, index) => {
      const other = after[index]!
      return secret.secretId === other.secretId && secret.sealed.equals(other.sealed)
    })
  )
}
