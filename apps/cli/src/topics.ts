import { checkTopics, createTopics, type KafkaConnection, type TopicsReport } from '@eventmesh/bus'
import { MeshError, topics } from '@eventmesh/envelope'
import { readBus } from './bus.ts'
import { type Answer, type Command, type Context, command } from './command.ts'
import { printable, table } from './table.ts'
import { CommandError } from './usage.ts'

export const topicsCommands: readonly Command[] = [
  command({
    name: 'topics create',
    summary: 'Creates the topics that are missing on KAFKA_BROKERS; what exists is left as it is.',
    notes:
      'With EVENTMESH_DURABILITY=production (the default): 24 partitions, 3 replicas, 2 of them in sync. With dev: 6 partitions, 1 replica. Exit 1 when production is asked for and something is unsafe.',
    run: (context) => onBrokers(context, createTopics),
  }),
  command({
    name: 'topics check',
    summary: 'Shows the settings of the topics on KAFKA_BROKERS, and which of them can lose acknowledged events.',
    notes:
      'Exit 1 when a topic is missing, or when something is unsafe and EVENTMESH_DURABILITY is production (the default).',
    run: (context) => onBrokers(context, checkTopics),
  }),
]

async function onBrokers(
  { environment }: Pick<Context, 'environment'>,
  ask: (connection: KafkaConnection, durability: 'production' | 'dev') => Promise<TopicsReport>,
): Promise<Answer> {
  const { kafka, durability } = readBus(environment)
  if (kafka === undefined) {
    throw new CommandError(
      'KAFKA_BROKERS is not set: the log is on Postgres, and its topics come with the schema (npm run migrate)',
    )
  }
  const report = await ask(kafka, durability).catch((cause: unknown) => {
    if (cause instanceof MeshError) throw cause
    // A client's message may quote its login: only its class is told.
    const name = cause instanceof Error ? cause.name : 'error'
    throw new CommandError(`${kafka.brokers.join(', ')} gave no answer (${name}); are the KAFKA_ variables right?`)
  })
  const isWhole = report.topics.length === topics.length
  return {
    isGood: isWhole && (durability === 'dev' || report.unsafe.length === 0),
    json: () => JSON.stringify(report),
    human: () => describe(report, durability),
  }
}

function describe(report: TopicsReport, durability: string): string {
  const rows = report.topics.map(({ name, partitions, replicas, settings }) => [
    name,
    partitions,
    replicas,
    Object.entries(settings)
      .map(([setting, value]) => `${setting}=${value}`)
      .join(' '),
  ])
  const verdict = durability === 'dev' ? 'unsafe (allowed by EVENTMESH_DURABILITY=dev)' : 'UNSAFE'
  return [
    table(['topic', 'partitions', 'replicas', 'settings'], rows),
    ...report.unsafe.map((line) => `${verdict}: ${printable(line)}\n`),
  ].join('')
}
