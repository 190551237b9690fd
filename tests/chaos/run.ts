import { hash } from 'node:crypto'
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { errorCatalogue } from '@eventmesh/envelope'
import { until } from '../e2e/harness/processes.ts'
import { fetchJars, tool } from '../parts/kafka.mjs'
import { freePortBase } from '../parts/ports.ts'
import type { LoggedEvent } from '../stack/log-records.ts'
import type { MeshProcess } from '../stack/process.ts'
import { type IndexedItem, type PairName, type Stack, startStack } from '../stack/stack.ts'
import {
  type CheckedProcess,
  type CheckedRecord,
  type CheckedRow,
  type Counters,
  check,
  type Leak,
  type Verdict,
} from './check.ts'
import { type Disturbance, disturb, type Member } from './disturb.ts'
import { type Attempt, readHistory, recordHistory } from './history.ts'
import { startLoad } from './load.ts'
import { createRandom } from './random.ts'

export type RunOptions = {
  readonly pair: PairName
  readonly seed: number
  /** Different events that have to be acknowledged. */
  readonly events: number
  /** No kills and no cut connections: the counters of every process can be asked at the end. */
  readonly isCalm: boolean
  /** History and logs stay there. */
  readonly directory: string
  readonly say: (line: string) => void
}

export type RunResult = {
  readonly verdicts: readonly Verdict[]
  readonly disturbance: Disturbance
  readonly loadMs: number
  /** Different events. */
  readonly acknowledged: number
  readonly attempts: readonly Attempt[]
  readonly log: readonly CheckedRecord[]
  readonly index: readonly CheckedRow[]
  readonly deadLetters: number
  /** Events that were not acknowledged within minutes. */
  readonly givenUp: readonly string[]
  /** Of each process. */
  readonly rssBytesMax: readonly { readonly name: string; readonly bytes: number }[]
  readonly versions: Readonly<Record<string, string>>
}

/** Promised is 30 s; this long it is watched. */
const healWatchMs = 40_000
/** Without a failure at its end a run has healed. */
const quietMs = 5_000
const spreadMs = { calm: 60_000, full: 240_000 }

/**
 * Two ingest and two engine processes on real parts, a load that is never a target, faults of every kind in the order of
 * the seed; then everything heals, drains and ends, and what the log's own tools and plain SQL show is judged.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { pair, seed, events, isCalm, say } = options
  mkdirSync(options.directory, { recursive: true })
  const random = createRandom(seed)
  const startedAt = performance.now()
  const now = (): number => Math.round(performance.now() - startedAt)
  const stack = await startStack(pair, options.directory)
  try {
    const members = await startMembers(stack)
    say('two ingest and two engine processes are ready')
    const memory = watchMemory(stack)
    const canaries = new Map(stack.tenants.map(({ id, slug }) => [id as string, canaryOf(seed, slug)]))
    const file = join(options.directory, 'history.jsonl')
    const recorder = recordHistory(file, now)
    const loadFromMs = now()
    const load = startLoad({
      random: random.fork('load'),
      recorder,
      tenants: stack.tenants,
      canaries,
      targets: targetsOf(members),
      events,
      spreadMs: isCalm ? spreadMs.calm : spreadMs.full,
    })
    const progress = setInterval(() => say(`${load.acknowledged()} events acknowledged`), 15_000)

    const disturbance = await disturb({ stack, members, random: random.fork('faults'), now, isCalm, say })
    const lastFaultMs = now()
    say('the last fault is over')
    await pause(healWatchMs)
    load.end()
    await load.done
    const loadMs = now() - loadFromMs
    clearInterval(progress)
    say(`the load has ended: ${load.acknowledged()} events acknowledged`)
    await recorder.close()

    const logged = await stack.readLog()
    say(`${logged.length} records read by the log's own tools`)
    if (!(await isIndexed(stack, logged)))
      say(
        `not every record has its row; the group as it stands is in ${await describeGroup(stack, members, options.directory)}`,
      )
    const metrics = (await Promise.all(members.map(({ current }) => metricsOf(current)))).join('\n')
    const exits = await stack.stop(...members.map(({ current }) => current))
    say(`drained, exit ${exits.map(({ code, signal }) => signal ?? code).join(', ')}`)
    memory.stop()

    const attempts = await readHistory(createReadStream(file), now())
    const log = logged.map((record) => toRecord(record, canaries))
    const index = (await stack.readIndex()).filter(({ log_topic }) => log_topic === 'events').map(toRow)
    const deadLetters = await stack.countDeadLetters()
    const processes = await Promise.all(stack.processes.map((each) => judge(each, disturbance, memory.most)))
    const verdicts = check({
      attempts,
      log,
      index,
      deadLetters,
      leaks: findLeaks(stack, canaries, metrics),
      processes,
      healedMs: healedAfter(attempts, lastFaultMs),
      counters: isCalm ? countersIn(metrics) : null,
    })
    return {
      verdicts,
      disturbance,
      loadMs,
      acknowledged: load.acknowledged(),
      attempts,
      log,
      index,
      deadLetters,
      givenUp: load.givenUp,
      rssBytesMax: processes.map(({ name, rssBytesMax: bytes }) => ({ name, bytes })),
      versions: await versionsOf(stack),
    }
  } finally {
    await stack.close()
  }
}

async function startMembers(stack: Stack): Promise<readonly Member[]> {
  const names = ['ingest-1', 'ingest-2', 'engine-1', 'engine-2'] as const
  const members: Member[] = []
  for (const name of names) {
    const kind = name.startsWith('ingest') ? 'ingest' : 'engine'
    const port = await freePortBase()
    members.push({ name, kind, port, current: await stack.start(kind, {}, port) })
  }
  return members
}

function targetsOf(members: readonly Member[]) {
  const [first, ...others] = members
    .filter(({ kind }) => kind === 'ingest')
    .map(({ name, port }) => ({ name, url: `http://127.0.0.1:${port}` }))
  if (first === undefined) throw new Error('no ingest process to send to')
  return [first, ...others] as const
}

function canaryOf(seed: number, slug: string): string {
  return `canary-${hash('sha256', `${seed} ${slug}`, 'hex').slice(0, 20)}`
}

function watchMemory(stack: Stack) {
  const most = new Map<number, number>()
  const timer = setInterval(() => {
    for (const each of stack.processes) {
      if (each.isRunning()) most.set(each.pid, Math.max(most.get(each.pid) ?? 0, each.rssBytes()))
    }
  }, 500)
  return { most, stop: () => clearInterval(timer) }
}

const indexedWithinMs = 180_000

/** Waits until every record of the log has its row. */
async function isIndexed(stack: Stack, log: readonly LoggedEvent[]): Promise<boolean> {
  const places = new Set(log.map(({ requestId, headers }) => `${requestId} ${headers['em-item']}`)).size
  const wait = until('every record to have its row', indexedWithinMs, async () => {
    const [row] = await stack.postgres.query<{ n: number }>(
      `select count(*)::int as n from event_index where log_topic = 'events'`,
    )
    return (row?.n ?? 0) + (await stack.countDeadLetters()) >= places
  })
  return await wait.then(
    () => true,
    () => false,
  )
}

/** Who reads what, in the words of the broker, of Postgres and of the engines: for whoever looks for the reason. */
async function describeGroup(stack: Stack, members: readonly Member[], directory: string): Promise<string> {
  const file = join(directory, 'group.txt')
  const positions = await stack.postgres.query<Record<string, unknown>>(
    'select topic, partition, next_offset, epoch, owner from log_position order by topic, partition',
  )
  const engines = members
    .filter(({ kind }) => kind === 'engine')
    .map(async ({ name, current }) => {
      const answer = await fetch(`${current.adminUrl}/readyz?verbose`)
      return `${name} ${current.pid}: ${await answer.text()}`
    })
  const shown =
    stack.kafka === undefined
      ? []
      : [['--members', '--verbose'], []].map(async (more) => {
          const { stdout, stderr } = await tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
            ...[
              '--bootstrap-server',
              stack.kafka?.cluster.direct[0] ?? '',
              '--describe',
              '--group',
              'eventmesh.indexer',
              ...more,
            ],
          ])
          return stdout + stderr
        })
  writeFileSync(
    file,
    [...positions.map((row) => JSON.stringify(row)), ...(await Promise.all([...engines, ...shown]))].join('\n'),
  )
  return file
}

async function metricsOf(process: MeshProcess): Promise<string> {
  return await (await fetch(`${process.adminUrl}/metrics`)).text()
}

function toRecord(record: LoggedEvent, canaries: ReadonlyMap<string, string>): CheckedRecord {
  return {
    ...record,
    item: Number(record.headers['em-item']?.split('/')[0]),
    sha256: hash('sha256', record.payload, 'hex'),
    canariesOf: [...canaries].filter(([, text]) => record.payload.includes(text)).map(([id]) => id),
  }
}

function toRow(row: IndexedItem): CheckedRow {
  const { tenant_id: tenantId, request_id: requestId, item, event_id: eventId, outcome } = row
  return { tenantId, requestId, item, eventId, outcome }
}

async function judge(
  process: MeshProcess,
  { killed }: Disturbance,
  memory: ReadonlyMap<number, number>,
): Promise<CheckedProcess> {
  const isUncaught = (line: string): boolean => /unhandled|uncaught|^\s+at .*:\d+:\d+/i.test(line)
  return {
    name: `${process.name} ${process.pid}`,
    exit: process.isRunning() ? undefined : await process.exited,
    isKilled: killed.has(process.pid),
    uncaught: process.output().split('\n').find(isUncaught),
    rssBytesMax: memory.get(process.pid) ?? 0,
  }
}

/** No canary belongs into what we write about our work. */
function findLeaks(stack: Stack, canaries: ReadonlyMap<string, string>, metrics: string): readonly Leak[] {
  const texts = [
    { where: 'metrics', text: metrics },
    ...stack.processes.map((each) => ({ where: `output of ${each.name} ${each.pid}`, text: each.output() })),
  ]
  return texts.flatMap(({ where, text }) =>
    [...canaries].filter(([, canary]) => text.includes(canary)).map(([id]) => ({ where, canaryOf: id })),
  )
}

/** From the last fault to the last answer that a healthy service would not give; undecided while there still are some. */
function healedAfter(attempts: readonly Attempt[], lastFaultMs: number): number | null {
  const untilMs = Math.max(...attempts.map(({ sentMs }) => sentMs))
  const failures = attempts
    .filter(
      ({ sentMs, ending, code }) => sentMs >= lastFaultMs && ending === 'info' && code !== 'idempotency_in_flight',
    )
    .map(({ endedMs }) => endedMs)
  const last = failures.reduce((latest, each) => Math.max(latest, each), lastFaultMs)
  return untilMs - last < quietMs ? null : last - lastFaultMs
}

function countersIn(metrics: string): Counters {
  const counters = { received: 0, acknowledged: 0, rejected: 0, unknown: 0 }
  for (const [, labels = '', value] of metrics.matchAll(/^eventmesh_ingest_events_total\{(.*)\} (\d+)$/gm)) {
    const code = /code="([^"]*)"/.exec(labels)?.[1] ?? ''
    const isOk = /outcome="(accepted|duplicate)"/.test(labels)
    const ending = isOk ? 'acknowledged' : isDefinite(code) ? 'rejected' : 'unknown'
    counters[ending] += Number(value)
    counters.received += Number(value)
  }
  return counters
}

function isDefinite(code: string): boolean {
  const known = Object.entries(errorCatalogue).find(([name]) => name === code)?.[1]
  return known !== undefined && known.status < 500 && ![408, 409, 429].includes(known.status)
}

async function versionsOf(stack: Stack): Promise<Readonly<Record<string, string>>> {
  const [server] = await stack.postgres.query<{ server_version: string }>('show server_version')
  const redis = await stack.redis?.command('INFO', 'server')
  return {
    Node: process.version,
    Postgres: server?.server_version ?? 'unknown',
    ...(stack.kafka === undefined ? {} : { 'Apache Kafka': `${fetchJars().version}, one broker (KRaft)` }),
    ...(redis === undefined ? {} : { Redis: /redis_version:(\S+)/.exec(redis)?.[1] ?? 'unknown' }),
  }
}
