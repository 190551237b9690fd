import type { Database } from '@eventmesh/db'
import { openPostgresClaims, type PostgresClaimsOptions } from './claims.postgres.ts'
import type { Claims } from './claims.ts'
import { openPostgresLog, type PostgresLogOptions } from './log.postgres.ts'
import type { Log } from './log.ts'

/**
 * `database`: best a pool of its own (4 connections: two append, one reads or renews a lease, one rolls), so that neither
 * waits behind the other's statements. The caller closes it after the log.
 */
export type OpenLogOptions = { readonly database: Database } & PostgresLogOptions

export async function openLog(options: OpenLogOptions): Promise<Log> {
  return openPostgresLog(options.database, options)
}

export type OpenClaimsOptions = { readonly database: Database } & PostgresClaimsOptions

export async function openClaims(options: OpenClaimsOptions): Promise<Claims> {
  return openPostgresClaims(options.database, options)
}
