import 'server-only'
import { type ApiKey, audit, type KeyStatus, keys, stats } from '@eventmesh/db'
import type { KeyId } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'
import { type HourOfUse, type KeyRow, toRow } from './key-row.ts'

export type KeyQuery = { readonly status: KeyStatus | undefined; readonly search: string | undefined }

/** Standard keys only: the console's own test keys are not listed. */
export async function listKeys({ tenant }: Member, query: KeyQuery): Promise<readonly KeyRow[]> {
  const db = database()
  const [all, usage] = await Promise.all([
    keys.list(db, tenant.id, {
      ...(query.status === undefined ? {} : { status: query.status }),
      ...(query.search === undefined ? {} : { search: query.search }),
    }),
    usageByKey(tenant.id, 24, 60),
  ])
  return all.filter(isListed).map((key) => toRow(key, usage(key.id)))
}

export async function getKey({ tenant }: Member, id: string): Promise<KeyRow | undefined> {
  const key = await keys.get(database(), { tenantId: tenant.id, id: id as KeyId })
  if (key === undefined || !isListed(key)) return undefined
  const usage = await usageByKey(tenant.id, 24, 60)
  return toRow(key, usage(key.id))
}

/** 30 days, the oldest first. */
export async function monthOfUse({ tenant }: Member, id: string): Promise<readonly HourOfUse[]> {
  return (await usageByKey(tenant.id, 30, 1_440))(id)
}

export async function keyChanges({ tenant }: Member, id: string) {
  return await audit.list(database(), tenant.id, { targetId: id, limit: 20 })
}

function isListed(key: ApiKey): boolean {
  return key.kind === 'standard'
}

async function usageByKey(
  tenantId: Member['tenant']['id'],
  buckets: number,
  bucketMinutes: number,
): Promise<(id: string) => readonly HourOfUse[]> {
  const bucketMs = bucketMinutes * 60_000
  const lastStart = Math.floor(Date.now() / bucketMs) * bucketMs
  const from = new Date(lastStart - (buckets - 1) * bucketMs)
  const rows = await stats.series(database(), tenantId, {
    dimension: 'key',
    from,
    to: new Date(lastStart + bucketMs),
    bucketMinutes,
  })
  return (id) => {
    const own = rows.filter(({ value }) => value === id)
    return Array.from({ length: buckets }, (_, n) => {
      const at = from.getTime() + n * bucketMs
      const inBucket = own.filter((row) => row.at.getTime() === at)
      const sum = (isRejected: boolean) =>
        inBucket
          .filter(({ outcome }) => (outcome === 'rejected') === isRejected)
          .reduce((all, { n: each }) => all + each, 0)
      return { accepted: sum(false), rejected: sum(true) }
    })
  }
}
