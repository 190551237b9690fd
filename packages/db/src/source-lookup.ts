import type { Mode, SecretId, SourceId, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import type { SourceOptions } from './schema/source.ts'
import { type MasterKey, openSecret, type SealedSecret } from './sealed-secrets.ts'
import type { TenantSettings } from './tenants.ts'

/** What ingest must know of a source to judge a delivery. */
export type SourceRecord = {
  readonly sourceId: SourceId
  readonly tenantId: TenantId
  readonly tenantSlug: string
  readonly tenantSuspendedAt: Date | null
  /** The window of idempotency keys is of native events alone. */
  readonly settings: Omit<TenantSettings, 'dedupWindowS'>
  readonly name: string
  readonly provider: string
  readonly mode: Mode
  readonly options: SourceOptions
  readonly pausedAt: Date | null
  /** A deleted source is still found: its deliveries are answered 410. */
  readonly deletedAt: Date | null
  /** Set where the delivery used the address before the last rotation: unknown from then on. */
  readonly tokenEndsAt: Date | null
  /** Newest first; secrets of one creation in the order they were given. */
  readonly secrets: readonly StoredSecret[]
  /** Removed in the last 30 days, to tell who still signs with them; newest first. */
  readonly retiredSecrets: readonly RetiredSecret[]
}

export type StoredSecret = SealedSecret & { readonly secretId: SecretId }
export type RetiredSecret = StoredSecret & { readonly removedAt: Date }

/**
 * A source by the SHA-256 of its URL token, whoever's it is; undefined when there is none, its rotated address ran out or
 * its tenant was deleted. One statement within acquire and statement timeout; throws `DatabaseError`.
 */
export async function byTokenHash(db: Database, hash: Buffer): Promise<SourceRecord | undefined> {
  const rows = await db.query((sql) => sql<Row[]>`select * from source_by_token(${hash})`)
  const [row] = rows
  if (row === undefined) return undefined
  const secrets = rows.flatMap(storedSecret)
  return {
    sourceId: row.source_id,
    tenantId: row.tenant_id,
    tenantSlug: row.tenant_slug,
    tenantSuspendedAt: row.tenant_suspended_at,
    settings: { requireIdempotencyKey: row.require_idempotency_key, claims: row.claims },
    name: row.name,
    provider: row.provider,
    mode: row.mode,
    options: row.options,
    pausedAt: row.paused_at,
    deletedAt: row.deleted_at,
    tokenEndsAt: row.token_ends_at,
    secrets: secrets.flatMap(({ removedAt, ...secret }) => (removedAt === null ? [secret] : [])),
    retiredSecrets: secrets.flatMap(({ removedAt, ...secret }) =>
      removedAt === null ? [] : [{ ...secret, removedAt }],
    ),
  }
}

/** As `verify` and `diagnose` of @eventmesh/providers take them. */
export type OpenedSecrets = {
  readonly secrets: readonly OpenedSecret[]
  readonly retired: readonly (OpenedSecret & { readonly removedAt: Date })[]
  /**
   * Active secrets that could not be opened: wrong master key, damage, or a box of another place. A delivery that no
   * other secret proves must then be answered 503, not 401.
   */
  readonly unreadable: number
}

export type OpenedSecret = { readonly id: SecretId; readonly value: string }

/** Opens what a lookup found, once: it costs about 0.5 ms a secret. */
export function openSecrets(keys: readonly MasterKey[], source: SourceRecord): OpenedSecrets {
  const open = (secret: StoredSecret) => {
    const opened = openSecret(keys, source, secret)
    return opened.ok ? [{ id: secret.secretId, value: opened.secret }] : []
  }
  const secrets = source.secrets.flatMap(open)
  return {
    secrets,
    retired: source.retiredSecrets.flatMap((secret) =>
      open(secret).map((opened) => ({ ...opened, removedAt: secret.removedAt })),
    ),
    unreadable: source.secrets.length - secrets.length,
  }
}

/** Enough to name the source that a secret was copied from. */
const siblingsMax = 50

/** A usable secret of another source of the tenant. */
export type SiblingSecret = StoredSecret & { readonly sourceId: SourceId; readonly sourceName: string }

/** Active secrets of the tenant's other sources, newest first, at most 50: for a diagnosis alone. */
export async function siblingSecrets(
  db: Database,
  { tenantId, sourceId }: Pick<SourceRecord, 'tenantId' | 'sourceId'>,
): Promise<readonly SiblingSecret[]> {
  const rows = await db.forTenant(
    tenantId,
    async (tx) =>
      await tx.sql<{ source_id: SourceId; name: string; secret_id: SecretId; sealed: Buffer; key_id: string }[]>`
        select s.id as source_id, s.name, k.id as secret_id, k.sealed, k.key_id
        from source s join source_secret k on k.tenant_id = s.tenant_id and k.source_id = s.id
        where s.tenant_id = ${tenantId} and s.id <> ${sourceId} and s.deleted_at is null and k.removed_at is null
        order by k.created_at desc, k.id limit ${siblingsMax}`,
    { readOnly: true },
  )
  return rows.map((row) => ({
    sourceId: row.source_id,
    sourceName: row.name,
    secretId: row.secret_id,
    sealed: row.sealed,
    keyId: row.key_id,
  }))
}

type Row = {
  readonly tenant_id: TenantId
  readonly tenant_slug: string
  readonly tenant_suspended_at: Date | null
  readonly require_idempotency_key: boolean
  readonly claims: TenantSettings['claims']
  readonly source_id: SourceId
  readonly name: string
  readonly provider: string
  readonly mode: Mode
  readonly options: SourceOptions
  readonly paused_at: Date | null
  readonly deleted_at: Date | null
  readonly token_ends_at: Date | null
  readonly secret_id: SecretId | null
  readonly sealed: Buffer | null
  readonly key_id: string | null
  readonly secret_removed_at: Date | null
}

function storedSecret(row: Row): (StoredSecret & { readonly removedAt: Date | null })[] {
  const { secret_id: secretId, sealed, key_id: keyId, secret_removed_at: removedAt } = row
  if (secretId === null || sealed === null || keyId === null) return []
  return [{ secretId, sealed, keyId, removedAt }]
}
