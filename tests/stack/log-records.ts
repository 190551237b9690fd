import { until } from '../e2e/harness/processes.ts'
import { type KafkaCluster, tool } from '../parts/kafka.mjs'
import type { PostgresServer } from './postgres.ts'

/** A record of the log, read by the log's own tools: neither the reader nor the index under test is believed. */
export type LoggedEvent = {
  readonly partition: number
  readonly offset: number
  readonly recordKey: string
  readonly tenantId: string
  readonly scope: string
  readonly eventId: string
  readonly requestId: string
  readonly eventType: string
  /** The idempotency key. */
  readonly key: string
  /** The bytes that stand behind `"payload":`. */
  readonly payload: string
  readonly dedupe: string
  readonly headers: Readonly<Record<string, string>>
}

/** `events` as plain SQL shows it. */
export async function readPostgresLog(postgres: PostgresServer): Promise<readonly LoggedEvent[]> {
  const rows = await postgres.query<{ offset: string; key: string; headers: string; value: string }>(
    `select "offset", key, headers, value from log_record where topic = 'events' order by "offset"`,
  )
  return rows.map(({ offset, key, headers, value }) =>
    parseRecord({ partition: 0, offset: Number(offset), recordKey: key, headers: JSON.parse(headers), value }),
  )
}

// Bytes that neither JSON text nor a header of ours can hold raw.
const fieldEnd = '\u001e'
const headerEnd = '\u001f'
const recordEnd = '\u001d'

/** `eventmesh.events` as Kafka's own console consumer shows it, by partition and offset. */
export async function readKafkaLog(kafka: KafkaCluster, topic = 'eventmesh.events'): Promise<readonly LoggedEvent[]> {
  const count = (await offsetsOf(kafka, topic)).reduce((sum, { earliest, latest }) => sum + latest - earliest, 0)
  if (count === 0) return []
  const shown = ['print.key', 'print.headers', 'print.partition', 'print.offset'].map((each) => `${each}=true`)
  const ends = [`key.separator=${fieldEnd}`, `headers.separator=${headerEnd}`, `line.separator=${recordEnd}`]
  const { stdout, stderr } = await tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...['--bootstrap-server', kafka.direct.join(','), '--topic', topic, '--from-beginning'],
    ...['--max-messages', String(count), '--timeout-ms', '60000'],
    ...[...shown, ...ends].flatMap((each) => ['--formatter-property', each]),
  ])
  const records = stdout.split(recordEnd).filter((text) => text.includes(fieldEnd))
  if (records.length < count) throw new Error(`the broker's consumer gave ${records.length} of ${count}: ${stderr}`)
  return records.map(parseShown).toSorted((one, two) => one.partition - two.partition || one.offset - two.offset)
}

function parseShown(text: string): LoggedEvent {
  const [partition = '', offset = '', headers = '', recordKey = '', value = ''] = text.split(fieldEnd)
  const pairs = headers
    .split(headerEnd)
    .map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)])
  return parseRecord({
    partition: Number(partition.replace('Partition:', '')),
    offset: Number(offset.replace('Offset:', '')),
    recordKey,
    headers: Object.fromEntries(pairs),
    value,
  })
}

function parseRecord(record: {
  readonly partition: number
  readonly offset: number
  readonly recordKey: string
  readonly headers: Readonly<Record<string, string>>
  readonly value: string
}): LoggedEvent {
  const { partition, offset, recordKey, headers, value } = record
  const envelope = JSON.parse(value)
  return {
    partition,
    offset,
    recordKey,
    headers,
    tenantId: envelope.tenant_id,
    scope: headers['em-source'] ?? '',
    dedupe: headers['em-dedupe'] ?? '',
    eventId: envelope.event_id,
    requestId: envelope.request_id,
    eventType: envelope.event_type,
    key: envelope.idempotency_key,
    payload: value.slice(value.indexOf(',"payload":') + ',"payload":'.length, -1),
  }
}

/** A broker that was just started or thawed may lead not every partition yet. */
async function offsetsOf(kafka: KafkaCluster, topic: string): ReturnType<KafkaCluster['offsets']> {
  let found: Awaited<ReturnType<KafkaCluster['offsets']>> | undefined
  await until(`a leader of each partition of ${topic}`, 20_000, async () => {
    found = await kafka.offsets(topic).catch(() => undefined) // asked again until the deadline
    return found !== undefined
  })
  return found!
}
