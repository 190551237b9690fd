import { setTimeout as wait } from 'node:timers/promises'
import { kafkaConnection, type Log, openClaims, openLog, openRates } from '@eventmesh/bus'
import {
  assertRole,
  type ConnectOptions,
  connect,
  createMasterKey,
  type Database,
  keys,
  type MasterKey,
  masterKeys,
} from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'
import {
  createLogger,
  createMetrics,
  loadEnvironment,
  type Readiness,
  readSecretKeys,
  refuseToStart,
  runProcess,
  StartRefused,
  serveAdmin,
} from '@eventmesh/runtime'
import { createIngest } from './app.ts'
import { closePrototypes } from './close-prototypes.ts'
import { configProblems, drainMs, type IngestConfig, ingestVariables, limitsOf } from './config.ts'
import { followKeyChanges } from './follow-key-changes.ts'
import { openPublishedKeys } from './published-keys.ts'
import { openSourceStore } from './source-store.ts'

const config = loadEnvironment('ingest', ingestVariables, process.env)
const problems = configProblems(config)
if (problems.length > 0) refuseToStart('ingest', problems)

runProcess('ingest', async () => {
  closePrototypes()
  const logger = createLogger({ process: 'ingest', level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const metrics = createMetrics({ process: 'ingest' })
  const access = await databaseAccess(config)
  const pool = (purpose: string, max: number) =>
    connect({
      ...access,
      role: 'ingest',
      max,
      acquireTimeoutMs: 500,
      statementTimeoutMs: 2_000,
      applicationName: `eventmesh-ingest-${purpose}`,
    })
  const database = pool('keys', 2)
  const recordsDatabase = pool('records', 2)
  const logDatabase = pool('log', 4)
  const claimsDatabase = pool('claims', 4)
  await assertRole(database)
  const secretKeys = await masterKeysOf(config, database)

  const kafka = kafkaConnection(config)
  const alarms = metrics.counter('eventmesh_alarms_total', 'Times that a part asked for an operator; the log says why.')
  const onAlarm = (detail: string): void => {
    alarms.inc()
    logger.error({ detail }, 'a part needs an operator')
  }
  const log = await openLog({
    database: logDatabase,
    kafka: kafka && { connection: kafka, durability: config.EVENTMESH_DURABILITY, connectsAtOnce: true, onAlarm },
  })
  await refuseUnsafeLog(config, log)
  const claims = await openClaims({
    database: claimsDatabase,
    redis: config.REDIS_URL === undefined ? undefined : { url: config.REDIS_URL, onAlarm },
  })
  const rates = config.REDIS_URL === undefined ? undefined : await openRates({ url: config.REDIS_URL })
  const ready = async (): Promise<Readiness> => {
    const [logState, claimsState] = await Promise.all([log.check(), claims.check()])
    const parts = [
      { name: 'log', ...logState },
      { name: 'claims', ...claimsState },
      { name: 'durability', ok: true, detail: config.EVENTMESH_DURABILITY },
    ]
    // Without claims events are still accepted, as each tenant's policy says: only the log decides.
    return { ok: logState.ok, parts }
  }
  const ingest = createIngest({
    log,
    claims,
    lookupKey: (hash) => keys.lookup(database, hash),
    recordKeyUse: (uses) => keys.touchLastUsed(recordsDatabase, uses),
    sourceStore: openSourceStore({ lookups: database, records: recordsDatabase }, secretKeys),
    publishedKeys: openPublishedKeys(),
    limits: limitsOf(config),
    rates,
    publicUrl: config.EVENTMESH_INGEST_URL ?? `http://localhost:${config.INGEST_PORT}`,
    trustedProxyHops: config.TRUSTED_PROXY_HOPS,
    logger,
    metrics,
    now: Date.now,
    isReady: async () => (await ready()).ok,
  })
  const follower = await followKeyChanges(database, ingest.caches)
  const admin = await serveAdmin({
    host: config.ADMIN_HOST,
    port: config.INGEST_ADMIN_PORT,
    ready: async () => {
      const readiness = await ready()
      return ingest.isDraining()
        ? { ok: false, parts: [...readiness.parts, { name: 'drain', ok: false, detail: 'shutting down' }] }
        : readiness
    },
    metrics,
    logger,
  }).catch((cause: unknown) => refusePort('INGEST_ADMIN_PORT', config.INGEST_ADMIN_PORT, cause))
  const port = await ingest
    .listen(config.INGEST_PORT, config.HOST)
    .catch((cause: unknown) => refusePort('INGEST_PORT', config.INGEST_PORT, cause))
  logger.info({ port, detail: `durability ${config.EVENTMESH_DURABILITY}` }, 'ingest takes events')

  return {
    logger,
    async drain(reason) {
      logger.info({ reason }, 'draining')
      ingest.announceDrain()
      await wait(config.DRAIN_DELAY)
      await ingest.drain(Math.min(drainMs.inFlight, drainMs.total - drainMs.rest - config.DRAIN_DELAY))
      await follower.close()
      await log.close()
      await claims.close()
      await rates?.close()
      const pools = [database, recordsDatabase, logDatabase, claimsDatabase]
      await Promise.all([...pools.map((each) => each.close()), admin.close()])
      logger.info({}, 'drained')
    },
  }
})

/** Ingest's own login, or the role on a shared one, or the embedded server that runs in the data directory. */
async function databaseAccess(from: IngestConfig): Promise<Pick<ConnectOptions, 'url' | 'directUrl' | 'startupRole'>> {
  const direct = from.DATABASE_DIRECT_URL === undefined ? {} : { directUrl: from.DATABASE_DIRECT_URL }
  if (from.INGEST_DATABASE_URL !== undefined) return { url: from.INGEST_DATABASE_URL, startupRole: false, ...direct }
  if (from.DATABASE_URL !== undefined) return { url: from.DATABASE_URL, startupRole: true, ...direct }
  const urls = await joinEmbedded(from.EVENTMESH_DATA_DIR)
  if (urls !== undefined) return { url: urls.ingest, startupRole: false }
  throw new StartRefused(
    `DATABASE_URL is not set and no embedded Postgres runs in ${from.EVENTMESH_DATA_DIR}: start it with npm start, or set DATABASE_URL`,
  )
}

/** What opens the secrets of sources. Production does not start without it, nobody with another one than the database's. */
async function masterKeysOf(from: IngestConfig, database: Database): Promise<readonly MasterKey[]> {
  const isProduction = from.EVENTMESH_DURABILITY === 'production'
  const read = readSecretKeys(from, isProduction ? {} : { dataDir: from.EVENTMESH_DATA_DIR })
  if (!read.ok) throw new StartRefused(read.problems.join('\n'))
  const given = [read.current, read.previous].filter((bytes) => bytes !== undefined)
  const opened = await Promise.all(given.map(createMasterKey))
  const problem = await masterKeys.problem(database, opened, { isRequired: isProduction })
  if (problem !== undefined) throw new StartRefused(problem)
  return opened
}

async function refuseUnsafeLog(from: IngestConfig, log: Log): Promise<void> {
  if (from.EVENTMESH_DURABILITY !== 'production') return
  const { unsafe = [] } = await log.check()
  if (unsafe.length > 0) throw new StartRefused(`the log is not safe for production: ${unsafe.join('; ')}`)
}

function refusePort(variable: string, port: number, cause: unknown): never {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const why =
    code === 'EADDRINUSE' ? 'is in use' : code === 'EACCES' ? 'may not be opened by this user' : 'cannot be opened'
  throw new StartRefused(`${variable}: port ${port} ${why}; set ${variable} to another one`)
}
