import { kafkaConnection } from '@eventmesh/bus'
import {
  adminVariables,
  busVariables,
  databaseVariables,
  durabilityVariables,
  env,
  loggingVariables,
  type Values,
} from '@eventmesh/runtime'

export const engineVariables = {
  ...databaseVariables,
  ...durabilityVariables,
  ...busVariables,
  ...loggingVariables,
  ...adminVariables,
  ENGINE_DATABASE_URL: env.url({
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    doc: 'The engine’s own login (production). Unset: DATABASE_URL with the role eventmesh_engine.',
  }),
  ENGINE_ADMIN_PORT: env.port({ default: 4012, doc: 'Port of the engine’s admin listener; 0: any free one.' }),
  ENGINE_BATCH_RECORDS_MAX: env.integer({
    default: 500,
    min: 1,
    max: 5_000,
    doc: 'Most records indexed in one transaction.',
  }),
  ENGINE_BATCH_BYTES_MAX: env.integer({
    default: 8_388_608,
    min: 65_536,
    max: 67_108_864,
    unit: 'bytes',
    doc: 'Most bytes of records indexed in one transaction; a larger record goes alone.',
  }),
  ENGINE_TRIES_MAX: env.integer({
    default: 8,
    min: 1,
    max: 100,
    doc: 'Tries of a batch that one of its records makes fail, before that record becomes a dead letter.',
  }),
  ENGINE_WATCHDOG: env.duration({
    default: '60s',
    min: '5s',
    doc: 'A consumer that has lag but makes no progress for this long is restarted.',
  }),
  ENGINE_ROLL: env.duration({
    default: '1h',
    min: '1m',
    max: '24h',
    doc: 'How often days of the index are created and old ones dropped.',
  }),
}

export type EngineConfig = Values<typeof engineVariables>

/** What each value alone cannot show: one line per problem, empty when the process may start. */
export function configProblems(config: EngineConfig): string[] {
  const problems: string[] = []
  if (config.KAFKA_BROKERS.length > 0 && config.EVENTMESH_LOG === 'postgres') {
    problems.push('EVENTMESH_LOG=postgres and KAFKA_BROKERS exclude each other: choose one log')
  }
  try {
    kafkaConnection(config)
  } catch (error) {
    problems.push(error instanceof Error ? error.message : 'KAFKA_BROKERS is not valid')
  }
  if (config.EVENTMESH_DURABILITY !== 'production') return problems
  if (config.DATABASE_URL === undefined && config.ENGINE_DATABASE_URL === undefined) {
    problems.push(
      'DATABASE_URL is not set: production does not run on the embedded database (EVENTMESH_DURABILITY=dev does)',
    )
  }
  if (config.KAFKA_BROKERS.length === 0 && config.EVENTMESH_LOG !== 'postgres') {
    problems.push('KAFKA_BROKERS is not set: set it, or EVENTMESH_LOG=postgres to keep the log on Postgres on purpose')
  }
  return problems
}

export const roles = ['indexer'] as const
export type Role = (typeof roles)[number]

/** `--role indexer` (repeatable, or with commas); without it every role. A string is what is wrong. */
export function readRoles(args: readonly string[]): readonly Role[] | string {
  const chosen = new Set<Role>()
  for (let at = 0; at < args.length; at++) {
    const [flag, inline] = (args[at] ?? '').split(/=(.*)/s, 2)
    if (flag !== '--role') return `unknown argument ${flag}; usage: engine [--role ${roles.join(',')}]`
    for (const name of (inline ?? args[++at] ?? '').split(',')) {
      const role = roles.find((each) => each === name)
      if (role === undefined) return `--role must be one of ${roles.join(', ')}`
      chosen.add(role)
    }
  }
  return chosen.size === 0 ? roles : [...chosen]
}
