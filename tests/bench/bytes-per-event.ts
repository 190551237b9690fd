import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startCli } from '../e2e/harness/cli.ts'
import { endIngests, startIngest } from '../e2e/harness/ingest.ts'
import { cleanUp, startMesh, stopMesh } from '../e2e/harness/mesh.ts'
import { until } from '../e2e/harness/processes.ts'
import { query } from '../e2e/harness/records.ts'
import { startKafka } from '../parts/kafka.mjs'
import { freePorts } from '../parts/ports.ts'
import { startRedis } from '../parts/redis.ts'

// What one event of about a kilobyte costs on each disk, measured: docs/operations.md, "How large".
//   node tests/bench/bytes-per-event.ts [--events 20000]

const { values } = parseArgs({ options: { events: { type: 'string', default: '20000' } } })
const events = Number(values.events)
const batch = 500
const unlimited = { INGEST_TENANT_RATE: '0', INGEST_KEY_RATE: '0' }

/** Ids, amounts and words that differ, as in a real order: nothing that compresses to nothing. */
function event(n: number): string {
  const hex = (of: string) => createHash('sha256').update(`${of} ${n}`).digest('hex')
  const items = Array.from({ length: 6 }, (_, at) => ({
    sku: hex(`sku ${at}`).slice(0, 16),
    quantity: (n + at) % 7,
    price: `${(n * 31 + at) % 900}.${10 + (n % 90)}`,
    title: `item ${hex(`title ${at}`).slice(0, 24)}`,
  }))
  const payload = {
    order: `ord_${hex('order')}`,
    customer: `cus_${hex('customer').slice(0, 24)}`,
    currency: 'EUR',
    items,
  }
  const padded = {
    ...payload,
    note: hex('note')
      .repeat(4)
      .slice(0, Math.max(0, 1_000 - JSON.stringify(payload).length)),
  }
  return JSON.stringify({ event_type: 'order.created', payload: padded, idempotency_key: `order-${n}` })
}

async function sendAll(target: { ingestUrl: string; apiKey: string }): Promise<void> {
  for (let from = 0; from < events; from += batch) {
    const body = `[${Array.from({ length: Math.min(batch, events - from) }, (_, at) => event(from + at)).join()}]`
    const headers = { authorization: `Bearer ${target.apiKey}`, 'content-type': 'application/json' }
    const response = await fetch(`${target.ingestUrl}/v1/events/batch`, { method: 'POST', headers, body })
    if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`)
    await response.arrayBuffer()
  }
}

const directory = mkdtempSync(join(tmpdir(), 'eventmesh-bytes-'))
const mesh = await startMesh({ environment: unlimited })
try {
  await sendAll(mesh)
  await until('every event in the index', 600_000, async () => {
    const [row] = await query<{ n: string }>(mesh.dataDir, 'select count(*) as n from event_index')
    return Number(row?.n) >= events
  })
  const rows = await query<{ part: string; bytes: string }>(
    mesh.dataDir,
    `select part, sum(pg_total_relation_size(oid)) as bytes from (
       select oid, substring(relname from '^(log_record_events|event_index|event_body|event_locator|event_stats|claim)') as part
       from pg_class where relkind = 'r') relations
     where part is not null group by part order by part`,
  )
  process.stdout.write(`payload and its envelope members: about ${event(0).length} bytes of body; ${events} events\n`)
  for (const { part, bytes } of rows) print(`Postgres ${part}`, Number(bytes))

  const redis = await startRedis()
  const kafka = await startKafka({ brokers: 1, port: await freePorts(26), data: join(directory, 'kafka') })
  try {
    const KAFKA_BROKERS = kafka.bootstrap.join(',')
    const topics = startCli(mesh, ['topics', 'create'], { KAFKA_BROKERS })
    await new Promise((resolve) => topics.once('close', resolve))
    const memoryBefore = await usedMemory(redis)
    const ingest = await startIngest(mesh, { ...unlimited, KAFKA_BROKERS, REDIS_URL: redis.url })
    await sendAll({ ...mesh, ingestUrl: ingest.ingestUrl })
    await until('every claim to be settled', 30_000, async () => (await settled(redis)) >= events)
    print('Redis, memory per claim', (await usedMemory(redis)) - memoryBefore)
    // `du` counts what is written, not what was set aside for index files.
    const logDirectory = join(directory, 'kafka', 'broker-1', 'log')
    const bytes = execFileSync('sh', ['-c', `cat ${logDirectory}/eventmesh.events-*/*.log | wc -c`])
    print('Kafka, per replica', Number(bytes.toString()))
  } finally {
    await endIngests()
    await Promise.all([kafka.close(), redis.close()])
  }
} finally {
  await stopMesh(mesh)
  await cleanUp()
  rmSync(directory, { recursive: true, force: true, maxRetries: 10 })
}

function print(name: string, bytes: number): void {
  process.stdout.write(`${name.padEnd(32)} ${Math.round(bytes / events)} bytes per event\n`)
}

type Redis = Awaited<ReturnType<typeof startRedis>>

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.command('INFO', 'memory'))?.[1])
}

async function settled(redis: Redis): Promise<number> {
  return Number((await redis.command('DBSIZE')).replace(/\D/g, ''))
}
