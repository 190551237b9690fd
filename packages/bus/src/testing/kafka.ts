import { type KafkaCluster, startKafka } from '../../../../tests/parts/kafka.mjs'
import { freePorts } from '../../../../tests/parts/ports.ts'
import { startProxy, type TcpProxy } from '../../../../tests/parts/proxy.ts'
import type { KafkaConnection } from '../log.kafka.connection.ts'
import { createTopics, type Durability } from '../log.kafka.ts'

export type TestKafka = {
  readonly cluster: KafkaCluster
  /** Through the proxies. */
  readonly connection: KafkaConnection
  /** One per broker, in its order; every client passes through them. */
  readonly proxies: readonly TcpProxy[]
  close(): Promise<void>
}

/** A killed broker comes back after its session, so that is short; a freeze below it is a stall, above it a fail-over. */
const brokerSessionMs = 3_000

/** A cluster with its topics, each broker behind a proxy that the clients are told. */
export async function startTestKafka(
  options: {
    readonly brokers?: 1 | 3
    readonly durability?: Durability
    /** Where the brokers keep their logs; a directory of their own by default. */
    readonly data?: string
    readonly settings?: Readonly<Record<string, string | number>>
  } = {},
): Promise<TestKafka> {
  const brokers = options.brokers ?? 1
  const port = await freePorts(23 + brokers)
  const ids = Array.from({ length: brokers }, (_, at) => at)
  const proxies = await Promise.all(ids.map((at) => startProxy(`127.0.0.1:${port + at}`, { isKafka: true })))
  const cluster = await startKafka({
    brokers,
    port,
    advertised: proxies.map(({ address }) => address),
    settings: { 'broker.session.timeout.ms': brokerSessionMs, ...options.settings },
    ...(options.data !== undefined && { data: options.data }),
  })
  const connection = { brokers: cluster.bootstrap, topicPrefix: 'eventmesh.' }
  async function close(): Promise<void> {
    await Promise.all(proxies.map((proxy) => proxy.close()))
    await cluster.close()
  }
  try {
    await createTopics(connection, options.durability ?? 'dev')
  } catch (error) {
    await close()
    throw error
  }
  return { cluster, connection, proxies, close }
}
