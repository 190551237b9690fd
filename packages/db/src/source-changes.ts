import type { SourceId, TenantId } from '@eventmesh/envelope'
import { and, eq, isNull } from 'drizzle-orm'
import type { Database, Transaction } from './connect.ts'
import { announceKeyChange } from './key-changes.ts'
import { type Refused, refused } from './refused.ts'
import { sourceTable } from './schema/source.ts'

export type NamedSource = { readonly tenantId: TenantId; readonly id: SourceId }
export type StoredSource = typeof sourceTable.$inferSelect

/**
 * Runs one change of one source that is not deleted, under its row's lock, then tells every process on `keyChannel`: the
 * hashes of the tokens it had, as 64 hex digits.
 */
export async function changingSource<T extends { readonly ok: true } | Refused<string>>(
  db: Database,
  { tenantId, id }: NamedSource,
  run: (tx: Transaction, before: StoredSource) => Promise<T>,
): Promise<T | Refused<'not_found'>> {
  const { ending, hashes } = await db.forTenant(tenantId, async (tx) => {
    const [before] = await tx
      .select()
      .from(sourceTable)
      .where(and(eq(sourceTable.tenantId, tenantId), eq(sourceTable.id, id), isNull(sourceTable.deletedAt)))
      .for('no key update')
    if (before === undefined) return { ending: refused('not_found', 'this tenant has no such source'), hashes: [] }
    return { ending: await run(tx, before), hashes: [before.tokenHash, before.previousTokenHash] }
  })
  if (ending.ok) {
    for (const hash of hashes) if (hash !== null) await announceKeyChange(db, hash.toString('hex'))
  }
  return ending
}
