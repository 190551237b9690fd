import 'server-only'
import { type AuditRow, audit } from '@eventmesh/db'
import { isUuid } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'

export type AuditFilter = {
  readonly action?: string
  readonly actor?: string
  readonly target?: string
  readonly before?: string
}
export type AuditPage = { readonly rows: readonly AuditRow[]; readonly older: string | undefined }

const pageSize = 100

/** `before`: id of the last row of the page before. */
export async function auditPage({ tenant }: Member, filter: AuditFilter): Promise<AuditPage> {
  const rows = await audit.list(database(), tenant.id, {
    ...(filter.action === undefined ? {} : { action: filter.action }),
    ...(filter.actor === undefined ? {} : { actorId: filter.actor }),
    ...(filter.target === undefined ? {} : { targetId: filter.target }),
    ...(filter.before === undefined || !isUuid(filter.before) ? {} : { before: filter.before }),
    limit: pageSize,
  })
  return { rows, older: rows.length === pageSize ? rows.at(-1)?.id : undefined }
}
