import { env } from './environment.ts'

/** Variables that more than one process reads; a process spreads the groups that it needs into its own `config.ts`. */
export const databaseVariables = {
  DATABASE_URL: env.url({
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    doc: 'Postgres 16 or newer. Unset: the embedded server that runs in the data directory.',
  }),
  DATABASE_DIRECT_URL: env.url({
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    doc: 'A direct connection for LISTEN, where a pooler stands in front of DATABASE_URL.',
  }),
  EVENTMESH_DATA_DIR: env.text({
    default: '.eventmesh',
    doc: 'Where the embedded parts keep their data, relative to the working directory.',
  }),
}

export const durabilityVariables = {
  EVENTMESH_DURABILITY: env.choice({
    choices: ['production', 'dev'],
    default: 'production',
    doc: 'production refuses the embedded database, unsafe log settings and a missing secret key; dev allows them and says so.',
  }),
  EVENTMESH_LOG: env.choice({
    choices: ['postgres'],
    default: undefined,
    doc: 'postgres: keep the log on DATABASE_URL in production too, said on purpose.',
  }),
}

export const busVariables = {
  KAFKA_BROKERS: env.list({ doc: 'host:port,… of the log’s brokers. Unset: the log on Postgres.' }),
  KAFKA_SASL_MECHANISM: env.choice({
    choices: ['plain', 'scram-sha-256', 'scram-sha-512'],
    default: undefined,
    doc: 'How to sign in at the brokers. Unset: not at all.',
  }),
  KAFKA_USERNAME: env.text({ doc: 'User name for SASL.' }),
  KAFKA_PASSWORD: env.text({ secret: true, doc: 'Password for SASL.' }),
  KAFKA_TLS: env.text({
    doc: 'true: TLS with the system’s authorities; a path: TLS with the CA certificates in that file.',
  }),
  KAFKA_TOPIC_PREFIX: env.text({
    default: 'eventmesh.',
    doc: 'Stands before the topic names events, outcomes, quarantine and dead-letters.',
  }),
  REDIS_URL: env.url({
    protocols: ['redis:', 'rediss:'],
    secret: true,
    doc: 'Claims on Redis. Unset: claims on Postgres.',
  }),
}

const mebibyte = 1_024 * 1_024
const bytes = (initial: number, max: number, doc: string) =>
  env.integer({ default: initial, min: 1, max, unit: 'bytes', doc })

/** What ingest holds senders to, and the console shows them: each process is given the same. */
export const acceptVariables = {
  INGEST_BODY_BYTES_MAX: bytes(mebibyte, 7 * mebibyte, 'Largest body of a single event.'),
  INGEST_BATCH_BYTES_MAX: bytes(5 * mebibyte, 64 * mebibyte, 'Largest body of a batch.'),
  INGEST_BATCH_ITEMS_MAX: env.integer({ default: 1_000, min: 1, doc: 'Most items of a batch.' }),
  INGEST_WEBHOOK_BYTES_MAX: bytes(7 * mebibyte, 7 * mebibyte, 'The most that a source’s max_body can allow.'),
  INGEST_SETTLED_TTL: env.duration({
    default: '24h',
    min: '1m',
    max: '90d',
    doc: 'How long the answer to an idempotency key is remembered, where the tenant has no window of its own.',
  }),
  INGEST_WEBHOOK_SETTLED_TTL: env.duration({
    default: '7d',
    min: '1m',
    max: '90d',
    doc: 'How long the answer to a delivery is remembered.',
  }),
}

export const loggingVariables = {
  LOG_LEVEL: env.choice({
    choices: ['debug', 'info', 'warn', 'error', 'silent'],
    default: 'info',
    doc: 'error wakes someone, warn is looked at in the morning, info is the story.',
  }),
  LOG_FORMAT: env.choice({
    choices: ['json', 'pretty'],
    default: undefined,
    doc: 'pretty on a terminal, json elsewhere, unless it is set.',
  }),
}

export const adminVariables = {
  ADMIN_HOST: env.text({
    default: '127.0.0.1',
    doc: 'Address of the admin listener (/livez, /readyz, /metrics).',
  }),
}
