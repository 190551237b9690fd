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
