import {
  type Database,
  type MasterKey,
  type OpenedSecrets,
  openSecret,
  type SourceRecord,
  type SourceUse,
  sourceSecrets,
  sources,
  touchSources,
  type Verification,
  verifications,
} from '@eventmesh/db'
import type { Secret } from '@eventmesh/providers'

/** What ingest asks and tells Postgres of sources; each call rejects when Postgres cannot answer. */
export type SourceStore = {
  /** By the hash of the URL's token, whoever's it is. */
  find(hash: Buffer): Promise<SourceRecord | undefined>
  open(source: SourceRecord): OpenedSecrets
  /** Keeps the secret of a handshake, if the source never had one. */
  learn(source: SourceRecord, secret: string): Promise<'learned' | 'has_secret' | 'failed'>
  /** Secrets of the tenant's other sources, by those sources' names: for a diagnosis alone. */
  siblings(source: SourceRecord): Promise<readonly Secret[]>
  recordUse(uses: readonly SourceUse[]): Promise<void>
  recordVerification(verification: Verification): Promise<void>
}

/**
 * `keys`: the master key, and while it is being changed the one before; none: no secret can be opened. `lookups` answers
 * what a request waits for, `records` everything beside: what is written down never holds a look-up up.
 */
export function openSourceStore(
  { lookups, records }: { readonly lookups: Database; readonly records: Database },
  keys: readonly MasterKey[],
): SourceStore {
  return {
    find: (hash) => sources.byTokenHash(lookups, hash),
    open: (source) => sources.openSecrets(keys, source),
    async learn({ tenantId, sourceId }, secret) {
      const learned = await sourceSecrets.learn(lookups, { tenantId, id: sourceId, secret })
      if (learned.ok) return 'learned'
      return learned.code === 'has_secret' ? 'has_secret' : 'failed'
    },
    async siblings(source) {
      const stored = await sources.siblingSecrets(records, source)
      return stored.flatMap((secret) => {
        const opened = openSecret(keys, { tenantId: source.tenantId, sourceId: secret.sourceId }, secret)
        return opened.ok ? [{ id: secret.sourceName, value: opened.secret }] : []
      })
    },
    recordUse: (uses) => touchSources(records, uses),
    recordVerification: (verification) => verifications.record(records, verification),
  }
}
