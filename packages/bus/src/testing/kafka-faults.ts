import { randomUUID } from 'node:crypto'
import { connect, type Database } from '@eventmesh/db'
import { tool } from '../../../../tests/parts/kafka.mjs'
import type { ProducerLimits } from '../log.kafka.accumulate.ts'
import type { AppendResult, Log, LogRecord } from '../log.ts'
import type { TestKafka } from './kafka.ts'

/** The production times, a tenth as long. */
export const hurried: Partial<ProducerLimits> = { brokerTimeoutMs: 500, requestTimeoutMs: 600, callDeadlineMs: 1_000 }

export function record(key: string, payload: unknown = {}): LogRecord {
  return { key, value: Buffer.from(JSON.stringify(payload)), headers: { 'content-type': 'application/json' } }
}

export const newMark = () => `fault-${randomUUID()}`

export async function appendOne(log: Log, key: string, deadlineMs: number): Promise<AppendResult> {
  const [result] = await log.append('events', [record(key)], { deadlineMs })
  return result!
}

/** What the broker's own consumer reads of a topic, with place and key: never the clients under test. */
export async function readByBroker(kafka: TestKafka, topic: string): Promise<ReadonlyMap<string, string>> {
  const count = await countByBroker(kafka, topic)
  if (count === 0) return new Map()
  const { stdout } = await tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...['--bootstrap-server', kafka.cluster.direct.join(','), '--topic', topic, '--from-beginning'],
    // Without a count it waits for what does not come.
    ...(count === undefined ? ['--timeout-ms', '8000'] : ['--timeout-ms', '60000', '--max-messages', String(count)]),
    ...['print.key=true', 'print.value=false', 'print.partition=true', 'print.offset=true'].flatMap((each) => [
      '--formatter-property',
      each,
    ]),
  ])
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const match = /^Partition:(\d+)\tOffset:(\d+)\t(.+)$/.exec(line)
      return match === null ? [] : [[`${match[1]}/${match[2]}`, match[3]!] as const]
    }),
  )
}

/** Offsets are asked of one broker: of several, none knows them all. */
export async function countByBroker(kafka: TestKafka, topic: string): Promise<number | undefined> {
  if (kafka.proxies.length > 1) return undefined
  return (await kafka.cluster.offsets(topic)).reduce((sum, { earliest, latest }) => sum + latest - earliest, 0)
}

export function openDatabase(url: string): Database {
  return connect({ url, max: 4, acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000, applicationName: 'kafka-faults' })
}
