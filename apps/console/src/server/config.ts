import {
  acceptVariables,
  databaseVariables,
  durabilityVariables,
  env,
  loggingVariables,
  readEnvironment,
} from '@eventmesh/runtime'

/** Everything that the console reads from its environment. It needs and gets no secret but its database login. */
export const consoleVariables = {
  ...databaseVariables,
  ...durabilityVariables,
  ...loggingVariables,
  CONSOLE_DATABASE_URL: env.url({
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    doc: 'The console’s own login (production). Unset: DATABASE_URL with the role eventmesh_console.',
  }),
  HOST: env.text({ default: '127.0.0.1', doc: 'Address that the public port is bound to.' }),
  CONSOLE_PORT: env.port({ default: 4001, doc: 'Port of the console; 0: any free one.' }),
  EVENTMESH_CONSOLE_URL: env.url({
    protocols: ['http:', 'https:'],
    doc: 'The console’s public address as browsers see it. Unset: http://localhost:<CONSOLE_PORT>.',
  }),
  INGEST_PORT: env.port({ default: 4000, doc: 'Port of ingest, where EVENTMESH_INGEST_URL is not set.' }),
  EVENTMESH_INGEST_URL: env.url({
    protocols: ['http:', 'https:'],
    doc: 'Ingest’s public address as senders see it. Unset: http://localhost:<INGEST_PORT>.',
  }),
  EVENTMESH_INGEST_INTERNAL_URL: env.url({
    protocols: ['http:', 'https:'],
    doc: 'How the console reaches ingest. Unset: its public address.',
  }),
  TRUSTED_PROXY_HOPS: env.integer({
    default: 0,
    max: 10,
    doc: 'Proxies of yours in front of the console: how many entries of X-Forwarded-For, from the right, are believed.',
  }),
  ...acceptVariables,
  EVENTMESH_DEV_KIT: env.flag({ default: false, doc: 'Shows /dev/kit: every part of the interface in every state.' }),
}

/** As ingest has them; bytes, milliseconds, counts. */
export type AcceptLimits = {
  readonly bodyBytesMax: number
  readonly batchBytesMax: number
  readonly batchItemsMax: number
  readonly webhookBytesMax: number
  readonly settledTtlMs: number
  readonly webhookSettledTtlMs: number
}

export type ConsoleConfig = {
  readonly databaseUrl: string
  /** `databaseUrl` is not the console’s own login: each connection starts with its role. */
  readonly needsStartupRole: boolean
  readonly databaseDirectUrl: string | undefined
  readonly publicUrl: string
  readonly ingestUrl: string
  readonly ingestInternalUrl: string
  readonly accept: AcceptLimits
  readonly trustedProxyHops: number
  readonly hasDevKit: boolean
  /** Name of the last file of `packages/db/migrations`; set by `start.ts`. */
  readonly newestMigration: string
  readonly isDevelopmentServer: boolean
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly logFormat: 'json' | 'pretty' | undefined
}

/** Between `start.ts` and the server, nobody else's. */
export const newestMigrationVariable = 'EVENTMESH_CONSOLE_NEWEST_MIGRATION'

let loaded: ConsoleConfig | undefined

/** The only reader of the environment inside the server; `start.ts` has checked it before. */
export function config(): ConsoleConfig {
  loaded ??= read(process.env)
  return loaded
}

function read(environment: NodeJS.ProcessEnv): ConsoleConfig {
  const result = readEnvironment(consoleVariables, environment)
  if (!result.ok) throw new Error(result.problems.join('; '))
  const { values } = result
  const databaseUrl = values.CONSOLE_DATABASE_URL ?? values.DATABASE_URL
  if (databaseUrl === undefined) throw new Error('CONSOLE_DATABASE_URL is not set')
  const ingestUrl = values.EVENTMESH_INGEST_URL ?? `http://localhost:${values.INGEST_PORT}`
  return Object.freeze({
    databaseUrl,
    needsStartupRole: values.CONSOLE_DATABASE_URL === undefined,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    publicUrl: values.EVENTMESH_CONSOLE_URL ?? `http://localhost:${values.CONSOLE_PORT}`,
    ingestUrl,
    ingestInternalUrl: values.EVENTMESH_INGEST_INTERNAL_URL ?? ingestUrl,
    accept: Object.freeze({
      bodyBytesMax: values.INGEST_BODY_BYTES_MAX,
      batchBytesMax: values.INGEST_BATCH_BYTES_MAX,
      batchItemsMax: values.INGEST_BATCH_ITEMS_MAX,
      webhookBytesMax: values.INGEST_WEBHOOK_BYTES_MAX,
      settledTtlMs: values.INGEST_SETTLED_TTL,
      webhookSettledTtlMs: values.INGEST_WEBHOOK_SETTLED_TTL,
    }),
    trustedProxyHops: values.TRUSTED_PROXY_HOPS,
    hasDevKit: values.EVENTMESH_DEV_KIT,
    newestMigration: environment[newestMigrationVariable] ?? '',
    isDevelopmentServer: environment.NODE_ENV === 'development',
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
  })
}
