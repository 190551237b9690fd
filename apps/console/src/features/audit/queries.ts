import 'server-only'
import { type AuditNames, type AuditRow, audit } from '@eventmesh/db'
import { isUuid } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import { log } from '../../server/logger.ts'
import type { Member } from '../../server/session.ts'
import type { AuditFilter } from './filter.ts'

export type AuditPage = { readonly rows: readonly AuditRow[]; readonly older: string | undefined }

const pageSize = 100

/** `before`: id of the last row of the page before. */
export async function auditPage({ tenant }: Member, filter: AuditFilter, before?: string): Promise<AuditPage> {
  const { actors, actions, target, range } = filter
  const rows = await audit.list(database(), tenant.id, {
    actors,
    actions,
    ...(target === '' ? {} : { target }),
    ...(range === undefined ? {} : range),
    ...(before === undefined || !isUuid(before) ? {} : { before }),
    limit: pageSize,
  })
  return { rows, older: rows.length === pageSize ? rows.at(-1)?.id : undefined }
}

/** What the filters offer. None where it cannot be loaded: that the list cannot be either is said there. */
export async function auditNames({ tenant }: Member): Promise<AuditNames> {
  try {
    return await audit.names(database(), tenant.id)
  } catch (error) {
    log().warn({ error, route: 'audit' }, 'the names for the filters could not be read')
    return { actors: [], actions: [] }
  }
}
