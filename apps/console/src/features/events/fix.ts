import 'server-only'
import { audit, type EventFacts, keys, members, sources, verifications } from '@eventmesh/db'
import type { FixKey, FixSource, FixValues } from '@eventmesh/envelope'
import { providers } from '@eventmesh/providers'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'
import { problemOf } from './problem.ts'

/** How the proof of a delivery failed: a sentence, and what was found. */
export type Diagnosis = {
  readonly detail: string
  readonly evidence: Readonly<Record<string, string | number | null>>
  /** How the source's secret would have matched, where the member may set it and nobody has yet. */
  readonly decoding: string | null
}

const ofKey: readonly (string | null)[] = ['key_expired', 'key_revoked', 'key_disabled', 'ip_not_allowed']
const ofSource: readonly (string | null)[] = ['source_paused', 'source_deleted', 'payload_too_large']

/** What is known of a refusal, each as far as the member may read it. */
export async function fixValues(member: Member, facts: EventFacts, problem: string | null): Promise<FixValues> {
  const { suspendedAt } = member.tenant
  return {
    nowMs: Date.now(),
    detail: problemOf(problem).detail,
    bodyBytes: facts.size,
    ip: facts.ip ?? undefined,
    key: ofKey.includes(facts.reason) ? await keyOf(member, facts) : undefined,
    source: ofSource.includes(facts.reason) ? await sourceOf(member, facts) : undefined,
    suspendedAtMs: suspendedAt?.getTime(),
  }
}

async function keyOf(member: Member, { key }: EventFacts): Promise<FixKey | undefined> {
  if (key === null || !members.may(member, 'keys.read')) return undefined
  const db = database()
  const tenantId = member.tenant.id
  const found = await keys.get(db, { tenantId, id: key.id })
  if (found === undefined) return undefined
  const successor = found.replacedBy === null ? undefined : await keys.get(db, { tenantId, id: found.replacedBy })
  const ends = [found.expiresAt, found.overlapEndsAt].flatMap((at) => at?.getTime() ?? [])
  return {
    display: found.display,
    endsAtMs: ends.length === 0 ? null : Math.min(...ends),
    revokedAtMs: found.revokedAt?.getTime() ?? null,
    disabledAtMs: found.disabledAt?.getTime() ?? null,
    isRotated: found.replacedBy !== null,
    rotatedBy: successor?.createdBy ?? null,
    allowedIps: found.allowedIps,
  }
}

async function sourceOf(member: Member, { source }: EventFacts): Promise<FixSource | undefined> {
  if (source.id === null || !members.may(member, 'sources.read')) return undefined
  const db = database()
  const tenantId = member.tenant.id
  const found = await sources.get(db, { tenantId, id: source.id })
  if (found === undefined) return undefined
  const provider = providers.get(found.provider)
  const [deletion] =
    found.deletedAt === null || !members.may(member, 'audit.read')
      ? []
      : await audit.list(db, tenantId, { targetId: found.id, actions: ['source.deleted'], limit: 1 })
  return {
    provider: provider?.name ?? found.provider,
    retry: provider?.retry ?? null,
    pausedAtMs: found.pausedAt?.getTime() ?? null,
    deletedAtMs: found.deletedAt?.getTime() ?? null,
    deletedBy: deletion?.actorName ?? null,
  }
}

export async function diagnosisOf(member: Member, facts: EventFacts): Promise<Diagnosis | null> {
  const sourceId = facts.source.id
  if (facts.outcome !== 'rejected' || sourceId === null || !members.may(member, 'sources.read')) return null
  const { requestId, item } = facts
  const db = database()
  const tenantId = member.tenant.id
  const found = await verifications.get(db, { tenantId, sourceId, requestId, item })
  if (found === undefined || found.verdict !== 'fail' || found.detail === null) return null
  const { detail, evidence } = found
  const { decoding } = evidence
  if (typeof decoding !== 'string' || !members.may(member, 'sources.write')) return { detail, evidence, decoding: null }
  const source = await sources.get(db, { tenantId, id: sourceId })
  const isOpen = source !== undefined && source.deletedAt === null && source.options.key !== decoding
  return { detail, evidence, decoding: isOpen ? decoding : null }
}
