import 'server-only'
import { type ApiKey, audit, type KeyStatus, keys } from '@eventmesh/db'
import type { KeyId } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'
import { type HourOfUse, type KeyRow, toRow } from './key-row.ts'

export type KeyQuery = { readonly status: KeyStatus | undefined; readonly search: string | undefined }

/** Standard keys only: the console's own test keys are not listed. */
export async function listKeys(member: Member, query: KeyQuery): Promise<readonly KeyRow[]> {
  const db = database()
  const [all, usage] = await Promise.all([
    keys.list(db, member.tenant.id, {
      ...(query.status === undefined ? {} : { status: query.status }),
      ...(query.search === undefined ? {} : { search: query.search }),
    }),
    usageByKey(member, 'day'),
  ])
  return all.filter(isListed).map((key) => toRow(key, usage(key.id)))
}

export async function getKey(member: Member, id: string): Promise<KeyRow | undefined> {
  const key = await keys.get(database(), { tenantId: member.tenant.id, id: id as KeyId })
  if (key === undefined) return undefined
  const usage = await usageByKey(member, 'day')
  return toRow(key, usage(key.id))
}

/** 30 days, the oldest first. */
export async function monthOfUse(member: Member, id: string): Promise<readonly HourOfUse[]> {
  return (await usageByKey(member, 'month'))(id)
}

export async function keyChanges({ tenant }: Member, id: string) {
  return await audit.list(database(), tenant.id, { targetId: id, limit: 20 })
}

function isListed(key: ApiKey): boolean {
  return key.kind === 'standard'
}

async function usageByKey({ tenant }: Member, span: 'day' | 'month'): Promise<(id: string) => readonly HourOfUse[]> {
  const usage = await keys.usage(database(), tenant.id, { span })
  return (id) =>
    (usage.get(id as KeyId) ?? []).map(({ accepted, duplicate, quarantined, rejected }) => ({
      accepted: accepted + duplicate + quarantined,
      rejected,
    }))
}
