import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import { newUuid, type SecretId, type SourceId, type TenantId } from '@eventmesh/envelope'
import { and, asc, desc, eq, getTableColumns, isNull, ne, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Actor, append, operator } from './audit.ts'
import type { Database, Transaction } from './connect.ts'
import { announceKeyChange } from './key-changes.ts'
import * as masterKeys from './master-keys.ts'
import { invalid, type Refused, refused } from './refused.ts'
import { sourceSecretTable, sourceSecretUseTable, sourceTable } from './schema/source.ts'
import { type MasterKey, openSecret, type SealingKey, type SecretPlace, sealSecret } from './sealed-secrets.ts'
import { changingSource, type NamedSource, type StoredSource } from './source-changes.ts'

/** What may be known of a secret: everything but the secret. */
export type SourceSecret = {
  readonly id: SecretId
  readonly tenantId: TenantId
  readonly sourceId: SourceId
  /** 8 hex digits that tell a source's secrets apart; slow to compute, so that short secrets cannot be guessed by it. */
  readonly fingerprint: string
  /** `learned`: a handshake brought it. */
  readonly origin: 'given' | 'learned'
  readonly createdBy: string | null
  readonly createdAt: Date
  readonly removedAt: Date | null
  readonly lastMatchedAt: Date | null
}

export type NamedSecret = SecretPlace & { readonly id: SecretId }
type NoMasterKey = Refused<'no_master_key'>

export const activeSecretsMax = 20

/** In the order in which they are tried: the first line a person gave comes first. */
export const secretsSchema = z
  .array(z.string().min(1, 'a secret is empty').max(16_384, 'a secret is longer than 16384 characters'))
  .max(activeSecretsMax, `a source has at most ${activeSecretsMax} active secrets`)

/** All of them or none; the form is the provider's matter (`checkSecret`). One that is active already is refused. */
export async function add(
  db: Database,
  { tenantId, id, secrets }: NamedSource & { readonly secrets: readonly string[] },
  by: Actor = operator,
): Promise<
  | { readonly ok: true; readonly secrets: readonly SourceSecret[] }
  | Refused<'invalid' | 'not_found' | 'secret_known'>
  | NoMasterKey
> {
  const parsed = secretsSchema.min(1, 'no secret is given').safeParse(secrets)
  if (!parsed.success) return invalid(parsed.error)
  const given = await withFingerprints({ tenantId, sourceId: id }, parsed.data)

  return await changingSource(db, { tenantId, id }, async (tx, source) => {
    const active = await select(tx, { tenantId, id }, { withRemoved: false })
    if (given.some(({ fingerprint }) => active.some((secret) => secret.fingerprint === fingerprint))) {
      return refused('secret_known', 'the source has this secret already')
    }
    if (active.length + given.length > activeSecretsMax) {
      return refused('invalid', `a source has at most ${activeSecretsMax} active secrets`)
    }
    const key = await masterKeys.holdCurrent(tx)
    if (key === undefined) return noMasterKey()
    const ids = await insert(tx, { source, key, by, origin: 'given', secrets: given })
    const after = await select(tx, { tenantId, id }, { withRemoved: false })
    return { ok: true, secrets: after.filter((secret) => ids.includes(secret.id)) }
  })
}

/** For good: it proves nothing any more, and its sealed text stays 30 days to tell who still signs with it. */
export async function remove(
  db: Database,
  { tenantId, sourceId, id }: NamedSecret,
  by: Actor = operator,
): Promise<{ readonly ok: true; readonly secret: SourceSecret } | Refused<'not_found'>> {
  return await changingSource(db, { tenantId, id: sourceId }, async (tx, source) => {
    const removed = await tx
      .update(sourceSecretTable)
      .set({ removedAt: sql`now()` })
      .where(
        and(ownedBy({ tenantId, id: sourceId }), eq(sourceSecretTable.id, id), isNull(sourceSecretTable.removedAt)),
      )
      .returning({ id: sourceSecretTable.id })
    const secret = (await select(tx, { tenantId, id: sourceId }, { withRemoved: true })).find((each) => each.id === id)
    if (secret === undefined) return refused('not_found', 'this source has no such secret')
    if (removed.length > 0) await audited(tx, source, by, 'source.secret_removed', [secret])
    return { ok: true, secret }
  })
}

/** In the order in which they are tried; removed ones on request. */
export async function list(
  db: Database,
  { tenantId, id }: NamedSource,
  options: { readonly withRemoved?: boolean } = {},
): Promise<readonly SourceSecret[]> {
  return await db.forTenant(
    tenantId,
    (tx) => select(tx, { tenantId, id }, { withRemoved: options.withRemoved ?? false }),
    { readOnly: true },
  )
}

/** Whose secret it is: for the operator, who names one by its id alone. */
export async function findPlace(db: Database, id: SecretId): Promise<SecretPlace | undefined> {
  const [row] = await db.transaction((tx) =>
    tx
      .select({ tenantId: sourceSecretTable.tenantId, sourceId: sourceSecretTable.sourceId })
      .from(sourceSecretTable)
      .where(eq(sourceSecretTable.id, id)),
  )
  return row
}

/**
 * Keeps the secret that a handshake brought, if the source never had one: the first stays, whoever else asks, and also
 * when it was removed since. Ingest's; answer the handshake only after `ok`. Ingest may not see token hashes, so caches
 * are told the tenant's id.
 */
export async function learn(
  db: Database,
  { tenantId, id, secret }: NamedSource & { readonly secret: string },
): Promise<
  { readonly ok: true; readonly secretId: SecretId } | Refused<'invalid' | 'not_found' | 'has_secret'> | NoMasterKey
> {
  const parsed = secretsSchema.safeParse([secret])
  if (!parsed.success) return invalid(parsed.error)
  const place = { tenantId, sourceId: id }
  const secrets = await withFingerprints(place, parsed.data)

  const ending = await db.forTenant(tenantId, async (tx) => {
    // Ingest may not see a source's tokens, hence these columns.
    const [source] = await tx
      .select({
        tenantId: sourceTable.tenantId,
        id: sourceTable.id,
        name: sourceTable.name,
        at: sourceTable.secretLearnedAt,
      })
      .from(sourceTable)
      .where(and(eq(sourceTable.tenantId, tenantId), eq(sourceTable.id, id), isNull(sourceTable.deletedAt)))
      .for('no key update')
    if (source === undefined) return refused('not_found', 'this tenant has no such source')
    const earlier = await tx
      .select({ id: sourceSecretTable.id })
      .from(sourceSecretTable)
      .where(ownedBy({ tenantId, id }))
      .limit(1)
    if (source.at !== null || earlier.length > 0) return refused('has_secret', 'the source has or had a secret already')
    const key = await masterKeys.holdCurrent(tx)
    if (key === undefined) return noMasterKey()

    await tx
      .update(sourceTable)
      .set({ secretLearnedAt: sql`now()` })
      .where(and(eq(sourceTable.tenantId, tenantId), eq(sourceTable.id, id), isNull(sourceTable.secretLearnedAt)))
    const by: Actor = { kind: 'system', name: 'ingest' }
    const [secretId] = await insert(tx, { source, key, by, origin: 'learned', secrets })
    if (secretId === undefined) throw new Error('a secret that was just sealed is missing')
    return { ok: true as const, secretId }
  })
  if (ending.ok) await announceKeyChange(db, tenantId)
  return ending
}

export type Resealed = {
  readonly ok: true
  readonly resealed: number
  /** Removed secrets that none of the keys opens: they stay as they are and prove nothing. */
  readonly unreadable: number
}

/**
 * Changes the master key: makes `to` the one that secrets are sealed to, then opens every secret with `from` and seals it
 * anew, tenant by tenant; as the operator. Repeatable after a crash. Processes that open secrets hold both keys
 * meanwhile. Refused before anything changes when a usable secret is sealed to a third key.
 */
export async function reseal(
  db: Database,
  { from, to }: { readonly from: MasterKey; readonly to: MasterKey },
  by: Actor = operator,
): Promise<Resealed | Refused<'key_missing'>> {
  const missing = (await db.transaction(masterKeys.usableKeyIds)).filter(
    (keyId) => keyId !== from.keyId && keyId !== to.keyId,
  )
  if (missing.length > 0) {
    return refused('key_missing', `secrets are sealed to ${missing.join(', ')}, which is neither of the two keys given`)
  }
  await masterKeys.replace(db, to)

  let resealed = 0
  let unreadable = 0
  for (const tenantId of await tenantsToReseal(db, to)) {
    const done = await db.forTenant(tenantId, (tx) => resealTenant(tx, tenantId, [from, to], by))
    resealed += done.resealed
    unreadable += done.unreadable
    if (done.resealed > 0) await announceKeyChange(db, tenantId)
  }
  return { ok: true, resealed, unreadable }
}

/** Writes secrets and their audit rows in the transaction of the change; the first one given comes first ever after. */
export async function insert(
  tx: Transaction,
  {
    source,
    key,
    by,
    origin,
    secrets,
  }: {
    readonly source: Pick<StoredSource, 'tenantId' | 'id' | 'name'>
    readonly key: SealingKey
    readonly by: Actor
    readonly origin: SourceSecret['origin']
    readonly secrets: readonly FingerprintedSecret[]
  },
): Promise<readonly SecretId[]> {
  const place = { tenantId: source.tenantId, sourceId: source.id }
  const rows: (typeof sourceSecretTable.$inferInsert)[] = []
  for (const { secret, fingerprint } of secrets) {
    const sealed = await sealSecret(key, place, secret)
    rows.push({ ...place, ...sealed, id: newUuid() as SecretId, fingerprint, origin, createdBy: by.name })
  }
  if (rows.length === 0) return []
  await tx.insert(sourceSecretTable).values(rows)
  await audited(tx, source, by, origin === 'learned' ? 'source.secret_learned' : 'source.secret_added', rows)
  return rows.map(({ id }) => id)
}

export type FingerprintedSecret = { readonly secret: string; readonly fingerprint: string }

/** Equal ones are one. */
export async function withFingerprints(
  place: SecretPlace,
  secrets: readonly string[],
): Promise<readonly FingerprintedSecret[]> {
  const distinct = [...new Set(secrets)]
  return await Promise.all(
    distinct.map(async (secret) => ({ secret, fingerprint: await fingerprintOf(place, secret) })),
  )
}

export function noMasterKey(): NoMasterKey {
  return refused(
    'no_master_key',
    'the database has no master key to seal secrets to: run npm run migrate with EVENTMESH_SECRET_KEY set',
  )
}

const derive = promisify<string, string, number, Buffer>(scrypt)

async function fingerprintOf({ tenantId, sourceId }: SecretPlace, secret: string): Promise<string> {
  return (await derive(secret, `eventmesh/secret-fingerprint/1 ${tenantId} ${sourceId}`, 4)).toString('hex')
}

function ownedBy({ tenantId, id }: NamedSource) {
  return and(eq(sourceSecretTable.tenantId, tenantId), eq(sourceSecretTable.sourceId, id))
}

async function select(
  tx: Transaction,
  source: NamedSource,
  { withRemoved }: { readonly withRemoved: boolean },
): Promise<readonly SourceSecret[]> {
  const { sealed: _, keyId: __, ...shown } = getTableColumns(sourceSecretTable)
  return await tx
    .select({ ...shown, lastMatchedAt: sourceSecretUseTable.lastMatchedAt })
    .from(sourceSecretTable)
    .leftJoin(
      sourceSecretUseTable,
      and(
        eq(sourceSecretUseTable.tenantId, sourceSecretTable.tenantId),
        eq(sourceSecretUseTable.sourceId, sourceSecretTable.sourceId),
        eq(sourceSecretUseTable.secretId, sourceSecretTable.id),
      ),
    )
    .where(and(ownedBy(source), withRemoved ? undefined : isNull(sourceSecretTable.removedAt)))
    .orderBy(desc(sourceSecretTable.createdAt), asc(sourceSecretTable.id))
}

async function audited(
  tx: Transaction,
  { tenantId, id, name }: Pick<StoredSource, 'tenantId' | 'id' | 'name'>,
  by: Actor,
  action: string,
  secrets: readonly { readonly id: SecretId; readonly fingerprint: string }[],
): Promise<void> {
  for (const secret of secrets) {
    const shown = `${secret.id} (${secret.fingerprint})`
    const isRemoval = action === 'source.secret_removed'
    const changes = { secret: isRemoval ? { from: shown, to: null } : { from: null, to: shown } }
    await append(tx, { tenantId, by, action, target: { kind: 'source', id, name }, changes })
  }
}

async function tenantsToReseal(db: Database, to: SealingKey): Promise<readonly TenantId[]> {
  const rows = await db.transaction((tx) =>
    tx
      .selectDistinct({ tenantId: sourceSecretTable.tenantId })
      .from(sourceSecretTable)
      .where(ne(sourceSecretTable.keyId, to.keyId))
      .orderBy(asc(sourceSecretTable.tenantId)),
  )
  return rows.map(({ tenantId }) => tenantId)
}

async function resealTenant(
  tx: Transaction,
  tenantId: TenantId,
  [from, to]: readonly [MasterKey, MasterKey],
  by: Actor,
): Promise<{ readonly resealed: number; readonly unreadable: number }> {
  const { sourceId, id, sealed, keyId } = sourceSecretTable
  const rows = await tx
    .select({ sourceId, id, sealed, keyId })
    .from(sourceSecretTable)
    .where(and(eq(sourceSecretTable.tenantId, tenantId), ne(keyId, to.keyId)))
    .for('update')
  let resealed = 0
  for (const row of rows) {
    const place = { tenantId, sourceId: row.sourceId }
    const opened = openSecret([from], place, row)
    if (!opened.ok) continue
    await tx
      .update(sourceSecretTable)
      .set(await sealSecret(to, place, opened.secret))
      .where(and(ownedBy({ tenantId, id: row.sourceId }), eq(id, row.id)))
    resealed += 1
  }
  if (resealed > 0) {
    await append(tx, {
      tenantId,
      by,
      action: 'tenant.secrets_resealed',
      target: { kind: 'tenant', id: tenantId, name: tenantId },
      changes: { masterKey: { from: from.keyId, to: to.keyId } },
    })
  }
  return { resealed, unreadable: rows.length - resealed }
}
