import { setTimeout as sleep } from 'node:timers/promises'
import { topics } from '@eventmesh/envelope'
import { type KafkaConnection, topicName } from './log.kafka.connection.ts'
import type { KafkaClient, TopicFacts } from './log.kafka.consume.ts'
import { recordBytesMax } from './record.ts'

export type Durability = 'production' | 'dev'

export type TopicReport = {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
  readonly settings: Readonly<Record<string, string>>
  /** What can lose or refuse an acknowledged record here; each line names the setting and the way out. */
  readonly unsafe: readonly string[]
}

export type TopicsReport = { readonly topics: readonly TopicReport[]; readonly unsafe: readonly string[] }

const day = 86_400_000
const leadersMs = 30_000
/** Each question goes to any broker. */
const answersInARow = 5
const retentionMsMin = 7 * day

/** Headers and framing of a batch with one record of the largest size. */
const batchOverheadBytes = 64 * 1024

const layouts = {
  production: { partitions: 24, replicas: 3, inSync: 2 },
  dev: { partitions: 6, replicas: 1, inSync: 1 },
} as const

/** What `topics create` gives each topic. */
export function topicSettings(durability: Durability): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': String(retentionMsMin),
    'retention.bytes': '-1',
    'max.message.bytes': String(recordBytesMax + batchOverheadBytes),
    'message.timestamp.type': 'LogAppendTime',
    'min.insync.replicas': String(layouts[durability].inSync),
    'unclean.leader.election.enable': 'false',
  }
}

/** Creates what is missing, changes nothing that exists, and reports on all. */
export async function createMissingTopics(
  client: KafkaClient,
  connection: KafkaConnection,
  durability: Durability,
): Promise<TopicsReport> {
  const names = topics.map((topic) => topicName(connection, topic))
  const present = new Set((await client.describeTopics(names)).map(({ name }) => name))
  for (const name of names) {
    if (present.has(name)) continue
    const { partitions, replicas } = layouts[durability]
    await client.createTopic({ name, partitions, replicas, settings: topicSettings(durability) })
  }
  if (present.size < names.length) await untilKnown(client, names)
  return await reportTopics(client, connection)
}

/** Every broker hears of a new topic in its own time; until then some answer that there is none. */
async function untilKnown(client: KafkaClient, names: readonly string[]): Promise<void> {
  const end = performance.now() + leadersMs
  for (let answers = 0; answers < answersInARow; ) {
    const isKnown = await knows(client, names).catch((error: unknown) => {
      if (performance.now() > end) throw error
      return false
    })
    answers = isKnown ? answers + 1 : 0
    if (!isKnown && performance.now() > end) throw new Error(`no leaders for the new topics within ${leadersMs} ms`)
    await sleep(100)
  }
}

async function knows(client: KafkaClient, names: readonly string[]): Promise<boolean> {
  const found = await client.describeTopics(names)
  return found.length === names.length && found.every(({ partitions }) => partitions.every((each) => each.hasLeader))
}

/** Reads cluster and topics; throws what the client threw when no broker answers. */
export async function reportTopics(client: KafkaClient, connection: KafkaConnection): Promise<TopicsReport> {
  const names = topics.map((topic) => topicName(connection, topic))
  const [brokers, found] = await Promise.all([client.brokerCount(), client.describeTopics(names)])
  const missing = names.filter((name) => !found.some((facts) => facts.name === name))
  const reports = names.flatMap((name) => found.filter((facts) => facts.name === name).map(reportOf))
  return {
    topics: reports,
    unsafe: [
      ...(brokers >= 3 ? [] : [`the cluster has ${brokers} of 3 brokers: one more lost disk can lose records`]),
      ...missing.map((name) => `${name} does not exist: run "eventmesh topics create"`),
      ...reports.flatMap(({ name, unsafe }) => unsafe.map((line) => `${name}: ${line}`)),
    ],
  }
}

function reportOf(facts: TopicFacts): TopicReport {
  const shown = Object.keys(topicSettings('production')).concat('write.caching')
  return {
    name: facts.name,
    partitions: facts.partitions.length,
    replicas: Math.min(...facts.partitions.map(({ replicas }) => replicas)),
    settings: Object.fromEntries(
      shown.flatMap((key) => {
        const value = facts.settings?.get(key)
        return value === undefined ? [] : [[key, value]]
      }),
    ),
    unsafe: judgeTopic(facts),
  }
}

/** The lines of reliability.md §4, "Topic"; a setting that cannot be read counts as unsafe. */
export function judgeTopic({ partitions, settings }: TopicFacts): readonly string[] {
  const thin = partitions.filter(({ replicas }) => replicas < 3).length
  const unsafe = thin === 0 ? [] : [`${thin} of ${partitions.length} partitions have fewer than 3 replicas`]
  if (settings === undefined) return [...unsafe, 'its settings are not readable: allow DescribeConfigs on the topic']
  const expect = (key: string, isSafe: (value: string) => boolean, wanted: string): void => {
    const value = settings.get(key)
    if (value === undefined) unsafe.push(`${key} is not readable, expected ${wanted}`)
    else if (!isSafe(value)) unsafe.push(`${key} is ${value}, expected ${wanted}`)
  }
  // Redpanda replicates by Raft majority and has no minimum of in-sync replicas; what it can do is skip the fsync.
  if (settings.has('write.caching')) expect('write.caching', (value) => value === 'false', 'false')
  else expect('min.insync.replicas', (value) => Number(value) >= 2, '2')
  if (!settings.has('write.caching') || settings.has('unclean.leader.election.enable')) {
    expect('unclean.leader.election.enable', (value) => value === 'false', 'false')
  }
  expect('cleanup.policy', (value) => value === 'delete', 'delete')
  expect(
    'retention.ms',
    (value) => value === '-1' || Number(value) >= retentionMsMin,
    `at least ${retentionMsMin} (7 days)`,
  )
  expect('retention.bytes', (value) => value === '-1', '-1')
  expect('max.message.bytes', (value) => Number(value) >= recordBytesMax, `at least ${recordBytesMax}`)
  expect('message.timestamp.type', (value) => value === 'LogAppendTime', 'LogAppendTime')
  return unsafe
}
