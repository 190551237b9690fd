import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createMasterKey, keys, masterKeys, tenants } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { startTestKafka, type TestKafka } from '../../packages/bus/src/testing/kafka.ts'
import { freePortBase } from '../parts/ports.ts'
import { startProxy, type TcpProxy } from '../parts/proxy.ts'
import { type RedisServer, startRedis } from '../parts/redis.ts'
import {
  type ClaimsFaults,
  kafkaLogFaults,
  type LogFaults,
  postgresClaimsFaults,
  postgresLogFaults,
  redisClaimsFaults,
} from './faults.ts'
import { type LoggedEvent, readKafkaLog, readPostgresLog } from './log-records.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { type Exit, type MeshProcess, type ProcessName, startProcess } from './process.ts'

/** Where the log and the claims are. */
export type PairName = 'postgres+postgres' | 'kafka+redis'
export const pairNames: readonly PairName[] = ['postgres+postgres', 'kafka+redis']

export type StackTenant = { readonly id: TenantId; readonly slug: string; readonly live: string; readonly test: string }

export type IndexedItem = {
  readonly tenant_id: string
  readonly request_id: string
  readonly item: number
  readonly event_id: string | null
  readonly outcome: string
  readonly idempotency_key: string | null
  readonly log_topic: string
  readonly log_partition: number
  readonly log_offset: number
}

/** Real parts of one pair of adapters, with processes of ours on them as in production. */
export type Stack = {
  readonly pair: PairName
  /** Logs of processes, removed at the end unless the caller gave the directory. */
  readonly directory: string
  readonly postgres: PostgresServer
  /** Between ingest and Postgres; the engine and the checks pass it by. */
  readonly postgresProxy: TcpProxy
  readonly kafka: TestKafka | undefined
  readonly redis: RedisServer | undefined
  readonly log: LogFaults
  readonly claims: ClaimsFaults
  /** For an engine that passes by what is done to ingest's connections. */
  readonly directLog: Readonly<Record<string, string>>
  readonly tenants: readonly [StackTenant, StackTenant]
  /** Every process that was started, ended ones too. */
  readonly processes: readonly MeshProcess[]
  start(name: ProcessName, added?: Readonly<Record<string, string>>, port?: number): Promise<MeshProcess>
  /** Drains those that still run. */
  stop(...which: readonly MeshProcess[]): Promise<readonly Exit[]>
  /** Records of the events topic by the log's own tools. */
  readLog(): Promise<readonly LoggedEvent[]>
  readIndex(): Promise<readonly IndexedItem[]>
  /** How many records consumers gave up. */
  countDeadLetters(): Promise<number>
  close(): Promise<void>
}

/** `kept`: a directory for the processes' logs that stays. */
export async function startStack(pair: PairName, kept?: string): Promise<Stack> {
  const directory = kept ?? mkdtempSync(join(tmpdir(), 'eventmesh-stack-'))
  const [postgres, kafka, redis] = await Promise.all([
    startPostgres(),
    pair === 'kafka+redis' ? startTestKafka() : undefined,
    pair === 'kafka+redis' ? startRedis() : undefined,
  ])
  const postgresProxy = await startProxy(postgres.address)
  const redisProxy = redis && (await startProxy(redis.address))
  const both = await Promise.all(['one', 'two'].map((slug) => createTenant(postgres, slug)))
  const secretKey = randomBytes(32)
  await asOperator(postgres, async (db) => await masterKeys.publish(db, await createMasterKey(secretKey)))
  const variables = {
    INGEST_DATABASE_URL: throughProxy(postgres.urls.ingest, postgresProxy),
    ENGINE_DATABASE_URL: postgres.urls.engine,
    EVENTMESH_SECRET_KEY: secretKey.toString('base64'),
    INGEST_TENANT_RATE: '0',
    INGEST_KEY_RATE: '0',
    ...(kafka === undefined || redisProxy === undefined
      ? { EVENTMESH_DURABILITY: 'production', EVENTMESH_LOG: 'postgres' }
      : {
          // One broker is not what production accepts.
          EVENTMESH_DURABILITY: 'dev',
          KAFKA_BROKERS: kafka.connection.brokers.join(','),
          REDIS_URL: `redis://${redisProxy.address}`,
        }),
  }
  const processes: MeshProcess[] = []
  // The first of a start that runs beside another takes the port; each gets its own.
  let ports = Promise.resolve(0)

  async function stop(...which: readonly MeshProcess[]): Promise<readonly Exit[]> {
    return await Promise.all(which.filter((each) => each.isRunning()).map((each) => each.stop()))
  }

  return {
    pair,
    directory,
    postgres,
    postgresProxy,
    kafka,
    redis,
    log: kafka === undefined ? postgresLogFaults(postgres, postgresProxy) : kafkaLogFaults(kafka),
    claims:
      redis === undefined || redisProxy === undefined
        ? postgresClaimsFaults(postgres, postgresProxy)
        : redisClaimsFaults(redis, redisProxy),
    directLog: kafka === undefined ? {} : { KAFKA_BROKERS: kafka.cluster.direct.join(',') },
    tenants: [both[0]!, both[1]!],
    processes,
    async start(name, added = {}, port) {
      ports = ports.then(freePortBase)
      const started = await startProcess(name, directory, { ...variables, ...added }, port ?? (await ports))
      processes.push(started)
      return started
    },
    stop,
    readLog: () => (kafka === undefined ? readPostgresLog(postgres) : readKafkaLog(kafka.cluster)),
    async readIndex() {
      const rows = await postgres.query<IndexedItem>(
        'select tenant_id, request_id, item, event_id, outcome, idempotency_key, log_topic, log_partition, log_offset from event_index',
      )
      return rows.map((row) => ({ ...row, log_offset: Number(row.log_offset) }))
    },
    async countDeadLetters() {
      if (kafka !== undefined) {
        const partitions = await kafka.cluster.offsets('eventmesh.dead-letters')
        return partitions.reduce((sum, { earliest, latest }) => sum + latest - earliest, 0)
      }
      const [row] = await postgres.query<{ n: number }>(
        `select count(*)::int as n from log_record where topic = 'dead-letters'`,
      )
      return row?.n ?? 0
    },
    async close() {
      postgres.thaw()
      await Promise.all(processes.filter((each) => each.isRunning()).map((each) => each.kill()))
      await Promise.all([postgresProxy.close(), redisProxy?.close(), kafka?.close(), redis?.close()])
      await postgres.close()
      if (kept === undefined) rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

function throughProxy(url: string, proxy: TcpProxy): string {
  const through = new URL(url)
  through.port = String(proxy.port)
  return through.href
}

async function createTenant(postgres: PostgresServer, slug: string): Promise<StackTenant> {
  return await asOperator(postgres, async (db) => {
    const created = await tenants.create(db, { slug })
    if (!created.ok) throw new Error(created.detail)
    const { id } = created.tenant
    const [live, test] = await Promise.all(
      (['live', 'test'] as const).map(async (mode) => {
        const key = await keys.create(db, { tenantId: id, name: mode, mode })
        if (!key.ok) throw new Error(key.detail)
        return key.secret
      }),
    )
    return { id, slug, live: live ?? '', test: test ?? '' }
  })
}

/** As the command line does it: keys, tenants and their settings. */
export async function asOperator<T>(
  postgres: PostgresServer,
  run: (db: ReturnType<typeof connect>) => Promise<T>,
): Promise<T> {
  const db = connect({
    url: postgres.urls.migrator,
    max: 2,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 10_000,
    applicationName: 'eventmesh-stack-operator',
  })
  try {
    return await run(db)
  } finally {
    await db.close()
  }
}
