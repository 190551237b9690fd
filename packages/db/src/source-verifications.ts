import type { ErrorCode, RequestId, SourceId, TenantId } from '@eventmesh/envelope'
import { and, desc, eq } from 'drizzle-orm'
import type { Database } from './connect.ts'
import { type VerificationEvidence, verificationTable } from './schema/source.ts'
import { withoutTokens } from './source-token.ts'

export type Verification = {
  readonly tenantId: TenantId
  readonly sourceId: SourceId
  readonly requestId: RequestId
  /** 0 for a single. */
  readonly item: number
  readonly verifiedAt: Date
  readonly verdict: 'pass' | 'fail'
  /** Of a failed one: what the sender was told. */
  readonly reason: ErrorCode | null
  /** Of a failed one: what is wrong (`diagnose` of @eventmesh/providers). */
  readonly diagnosis: string | null
  readonly detail: string | null
  readonly evidence: VerificationEvidence
}

/** Verifications kept of a source. */
export const verificationsMax = 100

/**
 * Keeps how a delivery was proved; a second verdict on the same item replaces the first, and of a source the newest 100
 * stay. Tokens in addresses are taken out here; secrets, bodies and whole signatures are never part of evidence.
 */
export async function record(db: Database, verification: Verification): Promise<void> {
  const { tenantId, sourceId } = verification
  const row = {
    ...verification,
    detail: verification.detail === null ? null : withoutAddresses(verification.detail).slice(0, 1_000),
    evidence: redacted(verification.evidence),
  }
  const { tenantId: _, sourceId: __, requestId: ___, item: ____, ...values } = row
  await db.forTenant(tenantId, async (tx) => {
    await tx
      .insert(verificationTable)
      .values(row)
      .onConflictDoUpdate({
        target: [
          verificationTable.tenantId,
          verificationTable.sourceId,
          verificationTable.requestId,
          verificationTable.item,
        ],
        set: values,
      })
    await tx.sql`
      delete from verification where tenant_id = ${tenantId} and source_id = ${sourceId}
        and (verified_at, request_id, item) <
          (select verified_at, request_id, item from verification
           where tenant_id = ${tenantId} and source_id = ${sourceId}
           order by verified_at desc, request_id desc, item desc offset ${verificationsMax - 1} limit 1)`
  })
}

/** Of one delivery; undefined: none is kept. */
export async function get(
  db: Database,
  place: Pick<Verification, 'tenantId' | 'sourceId' | 'requestId' | 'item'>,
): Promise<Verification | undefined> {
  const [row] = await db.forTenant(
    place.tenantId,
    (tx) =>
      tx
        .select()
        .from(verificationTable)
        .where(
          and(
            eq(verificationTable.tenantId, place.tenantId),
            eq(verificationTable.sourceId, place.sourceId),
            eq(verificationTable.requestId, place.requestId),
            eq(verificationTable.item, place.item),
          ),
        ),
    { readOnly: true },
  )
  return row && asVerification(row)
}

/** Newest first. */
export async function list(
  db: Database,
  { tenantId, sourceId }: Pick<Verification, 'tenantId' | 'sourceId'>,
  limit = 20,
): Promise<readonly Verification[]> {
  const rows = await db.forTenant(
    tenantId,
    (tx) =>
      tx
        .select()
        .from(verificationTable)
        .where(and(eq(verificationTable.tenantId, tenantId), eq(verificationTable.sourceId, sourceId)))
        .orderBy(desc(verificationTable.verifiedAt), desc(verificationTable.requestId), desc(verificationTable.item))
        .limit(Math.min(limit, verificationsMax)),
    { readOnly: true },
  )
  return rows.map(asVerification)
}

function asVerification(row: typeof verificationTable.$inferSelect): Verification {
  return { ...row, reason: row.reason as ErrorCode | null }
}

const evidenceTextMax = 500

function redacted(evidence: VerificationEvidence): VerificationEvidence {
  return Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => [
      name,
      typeof value === 'string' ? withoutAddresses(value).slice(0, evidenceTextMax) : value,
    ]),
  )
}

// A query may carry the sender's own token.
function withoutAddresses(text: string): string {
  return withoutTokens(text).replace(/(https?:\/\/[^\s?]+)\?\S*/g, '$1?…')
}
