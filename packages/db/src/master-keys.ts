import { and, asc, isNull, ne, sql } from 'drizzle-orm'
import type { Database, Transaction } from './connect.ts'
import { type Refused, refused } from './refused.ts'
import { masterKeyTable } from './schema/master-key.ts'
import { sourceSecretTable, sourceTable } from './schema/source.ts'
import type { MasterKey, SealingKey } from './sealed-secrets.ts'

/** The key that secrets are sealed to from now on; undefined until `publish`. */
export async function current(db: Database): Promise<SealingKey | undefined> {
  return await db.transaction(currentIn, { readOnly: true })
}

export async function currentIn(tx: Transaction): Promise<SealingKey | undefined> {
  const { keyId, publicKey } = masterKeyTable
  const [row] = await tx.select({ keyId, publicKey }).from(masterKeyTable).where(isNull(masterKeyTable.retiredAt))
  return row
}

/**
 * The current key, held current until the end of the transaction: nobody seals to a key that is being replaced.
 */
export async function holdCurrent(tx: Transaction): Promise<SealingKey | undefined> {
  await tx.sql`select pg_advisory_xact_lock_shared(${publishLock})`
  return await currentIn(tx)
}

export type Published = { readonly ok: true; readonly state: 'published' | 'known' }

/**
 * Makes the public half known, so that secrets can be sealed to it; as the operator. Refused (`in_use`) while usable
 * secrets are sealed to another key, which only `sourceSecrets.reseal` may replace.
 */
export async function publish(db: Database, key: SealingKey): Promise<Published | Refused<'in_use'>> {
  return await db.transaction(async (tx) => {
    await tx.sql`select pg_advisory_xact_lock(${publishLock})`
    const before = await currentIn(tx)
    if (before?.keyId === key.keyId) return { ok: true, state: 'known' }
    const others = (await usableKeyIds(tx)).filter((keyId) => keyId !== key.keyId)
    if (others.length > 0) {
      return refused(
        'in_use',
        `the secrets of sources are sealed to another master key (${others.join(', ')}) than this one (${key.keyId})`,
      )
    }
    await makeCurrent(tx, key)
    return { ok: true, state: 'published' }
  })
}

/** For `reseal` alone: secrets may still be sealed to the keys before. */
export async function replace(db: Database, key: SealingKey): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.sql`select pg_advisory_xact_lock(${publishLock})`
    await makeCurrent(tx, key)
  })
}

/** Which master keys open the secrets that may still prove something; across tenants, as the operator. */
export async function usableKeyIds(tx: Transaction): Promise<readonly string[]> {
  const rows = await tx
    .selectDistinct({ keyId: sourceSecretTable.keyId })
    .from(sourceSecretTable)
    .innerJoin(
      sourceTable,
      sql`${sourceTable.tenantId} = ${sourceSecretTable.tenantId} and ${sourceTable.id} = ${sourceSecretTable.sourceId}`,
    )
    .where(and(isNull(sourceSecretTable.removedAt), isNull(sourceTable.deletedAt)))
    .orderBy(asc(sourceSecretTable.keyId))
  return rows.map(({ keyId }) => keyId)
}

/**
 * Why a process that opens secrets must not start, or undefined: a key that is required and missing, one that the
 * database was never told, or another one than secrets are sealed to. `keys`: the current one first, then, while keys
 * are being changed, the one before.
 */
export async function problem(
  db: Database,
  keys: readonly MasterKey[],
  options: { readonly isRequired: boolean },
): Promise<string | undefined> {
  if (keys.length === 0) {
    return options.isRequired
      ? 'EVENTMESH_SECRET_KEY: missing; production needs the master key that opens the secrets of sources (32 bytes in base64, or EVENTMESH_SECRET_KEY_FILE)'
      : undefined
  }
  const known = await current(db)
  if (known === undefined) {
    return options.isRequired
      ? 'EVENTMESH_SECRET_KEY: the database does not know this key yet: run npm run migrate with it set'
      : undefined
  }
  if (keys.some(({ keyId }) => keyId === known.keyId)) return undefined
  return `EVENTMESH_SECRET_KEY: this is not the master key of this database (it has ${known.keyId}, this one is ${keys[0]?.keyId}): set that one, or change keys with source secret reseal`
}

// "seal"
const publishLock = 0x73_65_61_6c

async function makeCurrent(tx: Transaction, { keyId, publicKey }: SealingKey): Promise<void> {
  await tx
    .update(masterKeyTable)
    .set({ retiredAt: sql`now()` })
    .where(and(isNull(masterKeyTable.retiredAt), ne(masterKeyTable.keyId, keyId)))
  await tx
    .insert(masterKeyTable)
    .values({ keyId, publicKey })
    .onConflictDoUpdate({ target: masterKeyTable.keyId, set: { retiredAt: null } })
}
