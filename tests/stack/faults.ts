import type { TestKafka } from '../../packages/bus/src/testing/kafka.ts'
import { until } from '../e2e/harness/processes.ts'
import type { TcpProxy } from '../parts/proxy.ts'
import type { RedisServer } from '../parts/redis.ts'
import type { PostgresServer } from './postgres.ts'

/** What can be done to a log, by means that it does not know of. */
export type LogFaults = {
  kill(): Promise<void>
  /** Back after a kill, ready for appends. */
  start(): Promise<void>
  /** Takes appends and answers none until it is thawed. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Between ingest and it. */
  readonly proxy: TcpProxy
  /** The next append reaches it, and its answer is held back; `reached` when that is so. */
  holdAnswer(): Promise<HeldAnswer>
  /** The connection is cut in the next answer to an append, after so many bytes of it. */
  cutAnswer(bytes: number): Promise<void>
}

export type HeldAnswer = { readonly reached: Promise<void>; release(): Promise<void> }

export type ClaimsFaults = {
  /** Between ingest and them. */
  readonly proxy: TcpProxy
  /** No claim is answered, at once or within the deadline. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Asked, it is silent. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Forgets every claim, as a restart without persistence does. */
  forget(): Promise<void>
  /** The time to live of every settled claim is over. */
  expire(): Promise<void>
  /** Grows with every claim, settle or yield. */
  uses(): Promise<number>
}

const produce = 0

export function kafkaLogFaults({ cluster, proxies }: TestKafka): LogFaults {
  const proxy = proxies[0]!
  return {
    proxy,
    kill: () => cluster.kill(1),
    async start() {
      await cluster.start(1)
      await cluster.ready({ count: 1, inSync: ['eventmesh.events'] })
    },
    freeze: () => cluster.freeze(1),
    async thaw() {
      await cluster.thaw(1)
      // Frozen past its session, a broker was fenced: its partitions have no leader until it is registered anew.
      await cluster.ready({ count: 1, inSync: ['eventmesh.events'] })
    },
    async holdAnswer() {
      const { caught, release } = proxy.catchAnswer(produce, { kind: 'hold' })
      return { reached: caught.then(() => undefined), release: async () => release() }
    },
    async cutAnswer(bytes) {
      await proxy.catchAnswer(produce, bytes === 0 ? { kind: 'drop' } : { kind: 'cut-inside', bytes }).caught
    },
  }
}

/** The one row that every append updates. */
const holdHead = `select from log_head where topic = 'events' for update`
const logSessions = 'eventmesh-ingest-log'

export function postgresLogFaults(postgres: PostgresServer, proxy: TcpProxy): LogFaults {
  let held: { release(): Promise<void> } | undefined
  return {
    proxy,
    kill: postgres.kill,
    start: postgres.start,
    async freeze() {
      held = await postgres.hold(holdHead)
    },
    async thaw() {
      await held?.release()
      held = undefined
    },
    async holdAnswer() {
      const head = await postgres.hold(holdHead)
      return { reached: until('an append to wait', 30_000, isAppendWaiting), release: head.release }
    },
    // The answer of a keyless event's append is the next thing that Postgres says to ingest.
    cutAnswer: (bytes) => proxy.cutAfter('to-client', bytes),
  }

  async function isAppendWaiting(): Promise<boolean> {
    const [row] = await postgres.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where application_name = '${logSessions}' and wait_event_type = 'Lock'`,
    )
    return (row?.n ?? 0) > 0
  }
}

export function redisClaimsFaults(redis: RedisServer, proxy: TcpProxy): ClaimsFaults {
  // What the scripts call for each key of a claim, a settle or a yield.
  const commands = ['hmget', 'hset']
  return {
    proxy,
    async kill() {
      proxy.faults.isRefusing = true
      proxy.cut()
      await redis.kill()
    },
    async start() {
      await redis.start()
      proxy.faults.isRefusing = false
    },
    freeze: async () => redis.freeze(),
    thaw: async () => redis.thaw(),
    async forget() {
      await redis.command('FLUSHALL')
    },
    async expire() {
      await redis.command('FLUSHALL')
    },
    async uses() {
      const stats = await redis.command('INFO', 'commandstats')
      return commands.reduce(
        (sum, name) => sum + Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
        0,
      )
    },
  }
}

/** The log is on the same server and stays: only the claims' table is out of reach. */
export function postgresClaimsFaults(postgres: PostgresServer, proxy: TcpProxy): ClaimsFaults {
  let held: { release(): Promise<void> } | undefined
  return {
    proxy,
    async kill() {
      await postgres.query('alter table claim rename to claim_away')
    },
    async start() {
      await postgres.query('alter table if exists claim_away rename to claim')
    },
    async freeze() {
      held = await postgres.hold('lock table claim in access exclusive mode')
    },
    async thaw() {
      await held?.release()
      held = undefined
    },
    async forget() {
      await postgres.query('truncate claim')
    },
    async expire() {
      await postgres.query(`update claim set expires_at = clock_timestamp() - interval '1 second' where settled`)
    },
    async uses() {
      // The statistics of other sessions are flushed at the end of their transactions, at most once a second.
      const [row] = await postgres.query<{ n: string }>(
        `select n_tup_ins + n_tup_upd as n from pg_stat_user_tables where relname = 'claim'`,
      )
      return Number(row?.n ?? 0)
    },
  }
}
