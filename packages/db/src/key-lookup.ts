import type { KeyId, Mode, TenantId } from '@eventmesh/envelope'
import type { Database } from './connect.ts'
import type { KeyTimes } from './key-status.ts'
import type { TenantSettings } from './tenants.ts'

/** What ingest must know of a key to judge a request. */
export type KeyRecord = KeyTimes & {
  readonly keyId: KeyId
  readonly tenantId: TenantId
  readonly tenantSlug: string
  readonly tenantSuspendedAt: Date | null
  readonly mode: Mode
  readonly kind: 'standard' | 'console'
  readonly scopes: string[]
  /** CIDR ranges; none: any address. */
  readonly allowedIps: string[]
  readonly settings: TenantSettings
}

/**
 * A key by the SHA-256 of its text, whoever's it is; undefined when there is none or its tenant was deleted.
 * One statement within acquire and statement timeout; throws `DatabaseError`.
 */
export async function lookup(db: Database, hash: Buffer): Promise<KeyRecord | undefined> {
  const [row] = await db.query((sql) => sql<Row[]>`select * from api_key_by_hash(${hash})`)
  if (row === undefined) return undefined
  return {
    keyId: row.key_id,
    tenantId: row.tenant_id,
    tenantSlug: row.tenant_slug,
    tenantSuspendedAt: row.tenant_suspended_at,
    mode: row.mode,
    kind: row.kind,
    scopes: row.scopes,
    allowedIps: row.allowed_ips,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    disabledAt: row.disabled_at,
    overlapEndsAt: row.overlap_ends_at,
    settings: {
      requireIdempotencyKey: row.require_idempotency_key,
      claims: row.claims,
      dedupWindowS: row.dedup_window_s,
    },
  }
}

type Row = {
  key_id: KeyId
  tenant_id: TenantId
  tenant_slug: string
  tenant_suspended_at: Date | null
  require_idempotency_key: boolean
  claims: TenantSettings['claims']
  mode: Mode
  kind: KeyRecord['kind']
  scopes: string[]
  allowed_ips: string[]
  expires_at: Date | null
  revoked_at: Date | null
  disabled_at: Date | null
  overlap_ends_at: Date | null
  dedup_window_s: number | null
}
