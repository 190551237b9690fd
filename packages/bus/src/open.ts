import type { Database } from '@eventmesh/db'
import { openPostgresClaims, type PostgresClaimsOptions } from './claims.postgres.ts'
import type { RedisClaimsOptions } from './claims.redis.ts'
import type { Claims } from './claims.ts'
import type { KafkaConnection } from './log.kafka.connection.ts'
import type { Durability, KafkaLogOptions, TopicsReport } from './log.kafka.ts'
import { openPostgresLog, type PostgresLogOptions } from './log.postgres.ts'
import type { Log } from './log.ts'
import type { Rates } from './rates.ts'

/**
 * `database`: best a pool of its own (4 connections: two append, one reads or renews a lease, one rolls), so that neither
 * waits behind the other's statements. The caller closes it after the log.
 */
export type OpenLogOptions = {
  readonly database: Database
  /** Brokers: the log is there, and `database` keeps the groups' positions. */
  readonly kafka?: Omit<KafkaLogOptions, 'database'> | undefined
} & PostgresLogOptions

// The vendors' clients are loaded only where they are used: they cost a process memory and a second of start.
export async function openLog(options: OpenLogOptions): Promise<Log> {
  if (options.kafka === undefined) return openPostgresLog(options.database, options)
  const { openKafkaLog } = await import('./log.kafka.ts')
  return await openKafkaLog({ database: options.database, ...options.kafka })
}

/** `eventmesh topics create`: creates what is missing, changes nothing that exists. */
export async function createTopics(connection: KafkaConnection, durability: Durability): Promise<TopicsReport> {
  const kafka = await import('./log.kafka.ts')
  return await kafka.createTopics(connection, durability)
}

/** `eventmesh topics check`: what stands, and what of it is unsafe. */
export async function checkTopics(connection: KafkaConnection): Promise<TopicsReport> {
  const kafka = await import('./log.kafka.ts')
  return await kafka.checkTopics(connection)
}

export type OpenClaimsOptions = {
  readonly database: Database
  /** Claims on this Redis instead. */
  readonly redis?: RedisClaimsOptions | undefined
} & PostgresClaimsOptions

export async function openClaims(options: OpenClaimsOptions): Promise<Claims> {
  if (options.redis === undefined) return openPostgresClaims(options.database, options)
  const { openRedisClaims } = await import('./claims.redis.ts')
  return await openRedisClaims(options.redis)
}

/** Rates that all processes on this Redis keep together. */
export async function openRates(options: { readonly url: string }): Promise<Rates> {
  const { openRedisRates } = await import('./rates.redis.ts')
  return openRedisRates(options)
}
