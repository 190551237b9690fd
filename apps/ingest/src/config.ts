import { claimTimes, producerLimits } from '@eventmesh/bus'
import {
  acceptVariables,
  adminVariables,
  busVariables,
  databaseVariables,
  durabilityVariables,
  env,
  loggingVariables,
  secretKeyVariables,
  type Values,
} from '@eventmesh/runtime'
import { defaultLimits, type Limits } from './limits.ts'

const kibibyte = 1_024
const mebibyte = 1_024 * kibibyte
const bytes = (initial: number, doc: string, min = 1, max = 7 * mebibyte) =>
  env.integer({ default: initial, min, max, unit: 'bytes', doc })
const count = (initial: number, doc: string, min = 1) => env.integer({ default: initial, min, doc })
const rate = (initial: number, doc: string) => env.integer({ default: initial, min: 0, unit: 'events', doc })

/** Everything that ingest reads from its environment; the limits are those of reliability section 9. */
export const ingestVariables = {
  ...databaseVariables,
  ...durabilityVariables,
  ...busVariables,
  ...loggingVariables,
  ...adminVariables,
  ...secretKeyVariables,
  INGEST_DATABASE_URL: env.url({
    protocols: ['postgres:', 'postgresql:'],
    secret: true,
    doc: 'Ingest’s own login (production). Unset: DATABASE_URL with the role eventmesh_ingest.',
  }),
  HOST: env.text({ default: '127.0.0.1', doc: 'Address that the public port is bound to.' }),
  INGEST_PORT: env.port({ default: 4000, doc: 'Public port of ingest; 0: any free one.' }),
  INGEST_ADMIN_PORT: env.port({ default: 4010, doc: 'Port of ingest’s admin listener; 0: any free one.' }),
  EVENTMESH_INGEST_URL: env.url({
    protocols: ['http:', 'https:'],
    doc: 'Ingest’s public address as senders see it. Unset: http://localhost:<INGEST_PORT>.',
  }),
  TRUSTED_PROXY_HOPS: env.integer({
    default: 0,
    max: 10,
    doc: 'Proxies of yours in front of ingest: how many entries of X-Forwarded-For, from the right, are believed.',
  }),
  DRAIN_DELAY: env.duration({
    default: '5s',
    max: '15s',
    doc: 'After SIGTERM /readyz is 503, but requests are still served for this long.',
  }),

  ...acceptVariables,
  INGEST_ITEM_BYTES_MAX: bytes(defaultLimits.itemBytesMax, 'Largest item of a batch.'),
  INGEST_JSON_DEPTH_MAX: env.integer({
    default: defaultLimits.jsonDepthMax,
    min: 2,
    max: 64,
    doc: 'Deepest nesting of an event.',
  }),
  INGEST_JSON_MEMBERS_MAX: env.integer({
    default: defaultLimits.jsonMembersMax,
    min: 2,
    max: 10_000,
    doc: 'Most object members of an event, nested ones included.',
  }),
  INGEST_RECORD_BYTES_MAX: bytes(
    defaultLimits.recordBytesMax,
    'Largest record: envelope and headers.',
    16 * kibibyte,
    8 * mebibyte,
  ),
  INGEST_URL_BYTES_MAX: bytes(defaultLimits.urlBytesMax, 'Longest URL.', 128, 16 * kibibyte),
  INGEST_HEADER_BYTES_MAX: bytes(
    defaultLimits.headerBytesMax,
    'Largest request line and headers together.',
    kibibyte,
    64 * kibibyte,
  ),
  INGEST_HEADER_FIELDS_MAX: env.integer({
    default: defaultLimits.headerFieldsMax,
    min: 10,
    max: 1_000,
    doc: 'Most header fields.',
  }),

  INGEST_HEADERS_TIMEOUT: env.duration({ default: '10s', min: '1s', doc: 'How long a request’s headers may take.' }),
  INGEST_REQUEST_TIMEOUT: env.duration({
    default: '20s',
    min: '1s',
    doc: 'How long a whole request may take to arrive.',
  }),
  INGEST_CONNECTIONS_CHECK: env.duration({
    default: '5s',
    min: '100ms',
    doc: 'How often slow connections are looked for.',
  }),
  INGEST_KEEP_ALIVE: env.duration({
    default: '75s',
    doc: 'How long an idle connection is kept; above that of any proxy in front.',
  }),
  INGEST_CONNECTIONS_MAX: count(defaultLimits.connectionsMax, 'Most connections of this process.'),
  INGEST_REQUESTS_IN_FLIGHT_MAX: count(defaultLimits.requestsInFlightMax, 'Most requests in flight.'),
  INGEST_BYTES_IN_FLIGHT_MAX: bytes(
    defaultLimits.bytesInFlightMax,
    'Most bytes of bodies in flight.',
    mebibyte,
    4_096 * mebibyte,
  ),
  INGEST_TENANT_BYTES_IN_FLIGHT_MAX: bytes(
    defaultLimits.tenantBytesInFlightMax,
    'Most bytes of bodies in flight of one tenant.',
    mebibyte,
    4_096 * mebibyte,
  ),

  INGEST_TENANT_RATE: rate(defaultLimits.tenantRate, 'Events per second of a tenant; 0: no limit.'),
  INGEST_TENANT_BURST: rate(defaultLimits.tenantBurst, 'Events that a tenant may send at once.'),
  INGEST_KEY_RATE: rate(defaultLimits.keyRate, 'Events per second of an API key or source; 0: no limit.'),
  INGEST_KEY_BURST: rate(defaultLimits.keyBurst, 'Events that an API key or source may send at once.'),
  INGEST_RATE_SHARE: env.number({
    default: 1,
    min: 0.001,
    max: 1,
    doc: 'This process’s part of a tenant’s rate while it is not shared through Redis.',
  }),
  INGEST_IP_FAILURES_PER_MINUTE: env.integer({
    default: defaultLimits.ipFailuresPerMinute,
    doc: 'Requests with unknown API keys or addresses of sources per minute and address; 0: no limit.',
  }),

  INGEST_KEY_REFRESH: env.duration({
    default: '10s',
    min: '1s',
    doc: 'Age at which a cached API key or source is looked up again beside a request.',
  }),
  INGEST_KEY_HARD_AGE: env.duration({
    default: '30s',
    min: '1s',
    max: '15m',
    doc: 'Age at which a cached API key or source is no longer served, also while Postgres is away.',
  }),
  INGEST_KEYS_MAX: count(defaultLimits.keysMax, 'Most cached API keys, and as many sources.'),
  INGEST_UNKNOWN_KEY_AGE: env.duration({
    default: '5s',
    max: '1m',
    doc: 'How long an unknown API key or source is remembered as such.',
  }),
  INGEST_UNKNOWN_KEYS_MAX: count(
    defaultLimits.unknownKeysMax,
    'Most unknown API keys remembered, and as many sources.',
  ),

  INGEST_CLAIM_WAIT: env.duration({
    default: '1s',
    max: '5s',
    doc: 'How long a request waits for another one with its idempotency key.',
  }),
  INGEST_PRODUCE_DEADLINE: env.duration({
    default: '10s',
    min: '1s',
    doc: 'How long the log may take to confirm an event.',
  }),
  INGEST_HANDLER_DEADLINE: env.duration({ default: '12s', min: '1s', doc: 'From the end of the body to the answer.' }),
  INGEST_WEBHOOK_PRODUCE_DEADLINE: env.duration({
    default: '7s',
    min: '1s',
    doc: 'How long the log may take to confirm a webhook.',
  }),
  INGEST_WEBHOOK_HANDLER_DEADLINE: env.duration({
    default: '8s',
    min: '1s',
    doc: 'From the end of a webhook’s body to the answer.',
  }),
  INGEST_REJECTIONS_PER_SECOND: count(
    defaultLimits.rejectionsPerSecond,
    'Rejections stored per API key or source and second; the rest is counted.',
  ),
  INGEST_DUPLICATES_PER_DAY: count(
    defaultLimits.duplicatesPerDay,
    'Duplicates stored per idempotency key and day; the rest is counted.',
  ),
  INGEST_DIAGNOSES_PER_MINUTE: count(
    defaultLimits.diagnosesPerMinute,
    'Deliveries of a source whose refused proof is looked into, per minute; as many proved ones are shown.',
  ),
}

export type IngestConfig = Values<typeof ingestVariables>

export function limitsOf(config: IngestConfig): Limits {
  return Object.freeze({
    bodyBytesMax: config.INGEST_BODY_BYTES_MAX,
    batchBytesMax: config.INGEST_BATCH_BYTES_MAX,
    batchItemsMax: config.INGEST_BATCH_ITEMS_MAX,
    itemBytesMax: config.INGEST_ITEM_BYTES_MAX,
    webhookBytesMax: config.INGEST_WEBHOOK_BYTES_MAX,
    jsonDepthMax: config.INGEST_JSON_DEPTH_MAX,
    jsonMembersMax: config.INGEST_JSON_MEMBERS_MAX,
    recordBytesMax: config.INGEST_RECORD_BYTES_MAX,
    urlBytesMax: config.INGEST_URL_BYTES_MAX,
    headerBytesMax: config.INGEST_HEADER_BYTES_MAX,
    headerFieldsMax: config.INGEST_HEADER_FIELDS_MAX,
    headersTimeoutMs: config.INGEST_HEADERS_TIMEOUT,
    requestTimeoutMs: config.INGEST_REQUEST_TIMEOUT,
    connectionsCheckMs: config.INGEST_CONNECTIONS_CHECK,
    keepAliveMs: config.INGEST_KEEP_ALIVE,
    connectionsMax: config.INGEST_CONNECTIONS_MAX,
    requestsInFlightMax: config.INGEST_REQUESTS_IN_FLIGHT_MAX,
    bytesInFlightMax: config.INGEST_BYTES_IN_FLIGHT_MAX,
    tenantBytesInFlightMax: config.INGEST_TENANT_BYTES_IN_FLIGHT_MAX,
    tenantRate: config.INGEST_TENANT_RATE,
    tenantBurst: config.INGEST_TENANT_BURST,
    keyRate: config.INGEST_KEY_RATE,
    keyBurst: config.INGEST_KEY_BURST,
    rateShare: config.INGEST_RATE_SHARE,
    ipFailuresPerMinute: config.INGEST_IP_FAILURES_PER_MINUTE,
    keyRefreshMs: config.INGEST_KEY_REFRESH,
    keyHardAgeMs: config.INGEST_KEY_HARD_AGE,
    keysMax: config.INGEST_KEYS_MAX,
    unknownKeyMs: config.INGEST_UNKNOWN_KEY_AGE,
    unknownKeysMax: config.INGEST_UNKNOWN_KEYS_MAX,
    claimWaitMs: config.INGEST_CLAIM_WAIT,
    settledTtlMs: config.INGEST_SETTLED_TTL,
    produceDeadlineMs: config.INGEST_PRODUCE_DEADLINE,
    handlerDeadlineMs: config.INGEST_HANDLER_DEADLINE,
    webhookProduceDeadlineMs: config.INGEST_WEBHOOK_PRODUCE_DEADLINE,
    webhookHandlerDeadlineMs: config.INGEST_WEBHOOK_HANDLER_DEADLINE,
    webhookSettledTtlMs: config.INGEST_WEBHOOK_SETTLED_TTL,
    rejectionsPerSecond: config.INGEST_REJECTIONS_PER_SECOND,
    duplicatesPerDay: config.INGEST_DUPLICATES_PER_DAY,
    diagnosesPerMinute: config.INGEST_DIAGNOSES_PER_MINUTE,
  })
}

/** In flight, flush and settle, after `DRAIN_DELAY`: together below an orchestrator's grace of 30 s. */
export const drainMs = { inFlight: 12_000, total: 20_000, rest: 3_000 }

/** What each value alone cannot show: one line per problem, empty when the process may start. */
export function configProblems(config: IngestConfig): string[] {
  const problems: string[] = []
  const below = (smaller: keyof IngestConfig, larger: keyof IngestConfig): void => {
    if (Number(config[smaller]) >= Number(config[larger])) problems.push(`${smaller} must be below ${larger}`)
  }
  below('INGEST_CLAIM_WAIT', 'INGEST_HANDLER_DEADLINE')
  below('INGEST_PRODUCE_DEADLINE', 'INGEST_HANDLER_DEADLINE')
  below('INGEST_CLAIM_WAIT', 'INGEST_WEBHOOK_HANDLER_DEADLINE')
  below('INGEST_WEBHOOK_PRODUCE_DEADLINE', 'INGEST_WEBHOOK_HANDLER_DEADLINE')
  below('INGEST_KEY_REFRESH', 'INGEST_KEY_HARD_AGE')
  for (const name of ['INGEST_PRODUCE_DEADLINE', 'INGEST_WEBHOOK_PRODUCE_DEADLINE'] as const) {
    if (config.KAFKA_BROKERS.length === 0 || config[name] > producerLimits.callDeadlineMs) continue
    problems.push(`${name} must be above what one call to a broker may take, ${producerLimits.callDeadlineMs / 1_000}s`)
  }
  for (const name of ['INGEST_HANDLER_DEADLINE', 'INGEST_WEBHOOK_HANDLER_DEADLINE'] as const) {
    if (config[name] < claimTimes.leaseMs) continue
    problems.push(`${name} must be below the lease of a claim, ${claimTimes.leaseMs / 1_000}s`)
  }
  if (config.INGEST_HEADERS_TIMEOUT > config.INGEST_REQUEST_TIMEOUT) {
    problems.push('INGEST_HEADERS_TIMEOUT must not be above INGEST_REQUEST_TIMEOUT')
  }
  for (const owner of ['TENANT', 'KEY'] as const) {
    if (config[`INGEST_${owner}_RATE`] > 0 && config[`INGEST_${owner}_BURST`] < 2 * config.INGEST_BATCH_ITEMS_MAX) {
      problems.push(
        `INGEST_${owner}_BURST must be at least twice INGEST_BATCH_ITEMS_MAX, else a full batch may never pass`,
      )
    }
  }
  if (config.KAFKA_BROKERS.length > 0 && config.EVENTMESH_LOG === 'postgres') {
    problems.push('EVENTMESH_LOG=postgres and KAFKA_BROKERS exclude each other: choose one log')
  }
  if (config.EVENTMESH_DURABILITY === 'production') problems.push(...productionProblems(config))
  return problems
}

function productionProblems(config: IngestConfig): string[] {
  const problems: string[] = []
  if (config.DATABASE_URL === undefined && config.INGEST_DATABASE_URL === undefined) {
    problems.push(
      'DATABASE_URL is not set: production does not run on the embedded database (EVENTMESH_DURABILITY=dev does)',
    )
  }
  if (config.KAFKA_BROKERS.length === 0 && config.EVENTMESH_LOG !== 'postgres') {
    problems.push('KAFKA_BROKERS is not set: set it, or EVENTMESH_LOG=postgres to keep the log on Postgres on purpose')
  }
  return problems
}
