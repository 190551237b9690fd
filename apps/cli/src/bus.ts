import {
  type Claims,
  type Durability,
  type KafkaConnection,
  kafkaConnection,
  type Log,
  openClaims,
  openLog,
} from '@eventmesh/bus'
import type { Database } from '@eventmesh/db'
import { busVariables, durabilityVariables, readEnvironment } from '@eventmesh/runtime'
import { CommandError } from './usage.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where the processes keep the log and the claims, by the same variables as theirs; what is wrong with them ends the command. */
export function readBus(environment: Environment): {
  readonly kafka: KafkaConnection | undefined
  readonly redisUrl: string | undefined
  readonly durability: Durability
} {
  const read = readEnvironment({ ...busVariables, ...durabilityVariables }, environment)
  if (!read.ok) throw new CommandError(read.problems.join('; '))
  const { values } = read
  try {
    return { kafka: kafkaConnection(values), redisUrl: values.REDIS_URL, durability: values.EVENTMESH_DURABILITY }
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'KAFKA_BROKERS is not valid')
  }
}

/** The operator may look at any log: unsafe settings are what `topics check` and `doctor` are there to show. */
export async function openOperatorLog(database: Database, environment: Environment): Promise<Log> {
  const { kafka } = readBus(environment)
  return await openLog({ database, kafka: kafka && { connection: kafka, durability: 'dev' } })
}

export async function openOperatorClaims(database: Database, environment: Environment): Promise<Claims> {
  const { redisUrl } = readBus(environment)
  return await openClaims({ database, redis: redisUrl === undefined ? undefined : { url: redisUrl } })
}
