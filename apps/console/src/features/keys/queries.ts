import 'server-only'
import { type ApiKey, audit, events, type KeyStatus, keys } from '@eventmesh/db'
import { parseSearch } from '@eventmesh/db/search-grammar'
import type { KeyId } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'
import { type DayOfOutcomes, type HourOfUse, type KeyRow, toRow } from './key-row.ts'

export type KeyQuery = { readonly status: KeyStatus | undefined; readonly search: string | undefined }

/** Standard keys only: the console's own test keys are not listed. */
export async function listKeys(member: Member, query: KeyQuery): Promise<readonly KeyRow[]> {
  const db = database()
  const isFiltered = query.status !== undefined || query.search !== undefined
  const [found, all, usage] = await Promise.all([
    keys.list(db, member.tenant.id, {
      ...(query.status === undefined ? {} : { status: query.status }),
      ...(query.search === undefined ? {} : { search: query.search }),
    }),
    // A key may be linked to one that the filter leaves out.
    isFiltered ? keys.list(db, member.tenant.id) : undefined,
    dayOfUse(member),
  ])
  return found.filter(isListed).map((key) => toRow(key, usage(key.id), all ?? found))
}

export async function getKey(member: Member, id: string): Promise<KeyRow | undefined> {
  const [all, usage] = await Promise.all([keys.list(database(), member.tenant.id), dayOfUse(member)])
  const key = all.find((each) => each.id === id)
  return key && toRow(key, usage(key.id), all)
}

/** 30 days, the oldest first; none: it was not used. */
export async function monthOfUse({ tenant }: Member, id: string): Promise<readonly DayOfOutcomes[]> {
  const usage = await keys.usage(database(), tenant.id, { span: 'month', keyIds: [id as KeyId] })
  return (usage.get(id as KeyId) ?? []).map(({ at, accepted, duplicate, quarantined, rejected }) => ({
    at: at.toISOString(),
    values: { accepted, duplicate, quarantined, rejected },
  }))
}

/** Reasons of the last 30 days with how often, from the sums. */
export async function rejectionsOf(
  { tenant }: Member,
  id: string,
): Promise<readonly { readonly reason: string; readonly n: number }[]> {
  const parsed = parseSearch(`key:${id} outcome:rejected`)
  const { fields } = await events.facets(database(), tenant.id, {
    terms: parsed.ok ? parsed.terms : [],
    range: { lastMs: 30 * 86_400_000 },
  })
  return fields.reason.flatMap(({ value, n }) => (n === null || n === 0 ? [] : [{ reason: value, n }]))
}

export async function keyChanges({ tenant }: Member, id: string) {
  return await audit.list(database(), tenant.id, { targetId: id, limit: 20 })
}

function isListed(key: ApiKey): boolean {
  return key.kind === 'standard'
}

async function dayOfUse({ tenant }: Member): Promise<(id: string) => readonly HourOfUse[]> {
  const usage = await keys.usage(database(), tenant.id, { span: 'day' })
  return (id) =>
    (usage.get(id as KeyId) ?? []).map(({ accepted, duplicate, quarantined, rejected }) => ({
      accepted: accepted + duplicate + quarantined,
      rejected,
    }))
}
