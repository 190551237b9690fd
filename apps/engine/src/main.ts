import { kafkaConnection, openLog } from '@eventmesh/bus'
import { assertRole, type ConnectOptions, connect } from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'
import {
  createLogger,
  createMetrics,
  loadEnvironment,
  type Readiness,
  refuseToStart,
  runProcess,
  StartRefused,
  serveAdmin,
} from '@eventmesh/runtime'
import { configProblems, type EngineConfig, engineVariables, readRoles } from './config.ts'
import { runIndexer } from './run-indexer.ts'

const config = loadEnvironment('engine', engineVariables, process.env)
const roles = readRoles(process.argv.slice(2))
const problems = [...configProblems(config), ...(typeof roles === 'string' ? [roles] : [])]
if (problems.length > 0) refuseToStart('engine', problems)

runProcess('engine', async () => {
  const logger = createLogger({ process: 'engine', level: config.LOG_LEVEL, format: config.LOG_FORMAT })
  const metrics = createMetrics({ process: 'engine' })
  const access = await databaseAccess(config)
  const pool = (purpose: string, max: number) =>
    connect({
      ...access,
      role: 'engine',
      max,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 30_000,
      applicationName: `eventmesh-engine-${purpose}`,
    })
  const database = pool('index', 6)
  const logDatabase = pool('log', 4)
  await assertRole(database)
  const connection = kafkaConnection(config)
  const alarms = metrics.counter('eventmesh_alarms_total', 'Times that a part asked for an operator; the log says why.')
  const log = await openLog({
    database: logDatabase,
    kafka: connection && {
      connection,
      durability: config.EVENTMESH_DURABILITY,
      onAlarm: (detail) => {
        alarms.inc()
        logger.error({ detail }, 'the log needs a look')
      },
    },
  })
  await refuseUnsafeLog(config, log)

  const indexer = await runIndexer({ config, database, log, logger, metrics })
  let isDraining = false
  const admin = await serveAdmin({
    host: config.ADMIN_HOST,
    port: config.ENGINE_ADMIN_PORT,
    ready,
    metrics,
    logger,
  }).catch((cause: unknown) => refusePort('ENGINE_ADMIN_PORT', config.ENGINE_ADMIN_PORT, cause))
  logger.info(
    { port: admin.port, role: String(roles), detail: `durability ${config.EVENTMESH_DURABILITY}` },
    'engine runs',
  )

  async function ready(): Promise<Readiness> {
    const [logState, indexerState] = await Promise.all([log.check(), indexer.check()])
    const parts = [
      { name: 'log', ok: logState.ok, detail: logState.detail },
      { name: 'indexer', ...indexerState },
      { name: 'durability', ok: true, detail: config.EVENTMESH_DURABILITY },
      ...(isDraining ? [{ name: 'drain', ok: false, detail: 'shutting down' }] : []),
    ]
    return { ok: parts.every((part) => part.ok), parts }
  }

  return {
    logger,
    async drain(reason) {
      isDraining = true
      logger.info({ reason }, 'draining')
      await indexer.stop()
      await log.close()
      await Promise.all([database.close(), logDatabase.close(), admin.close()])
      logger.info({}, 'drained')
    },
  }
})

/** The engine's own login, or the role on a shared one, or the embedded server that runs in the data directory. */
async function databaseAccess(from: EngineConfig): Promise<Pick<ConnectOptions, 'url' | 'directUrl' | 'startupRole'>> {
  const direct = from.DATABASE_DIRECT_URL === undefined ? {} : { directUrl: from.DATABASE_DIRECT_URL }
  if (from.ENGINE_DATABASE_URL !== undefined) return { url: from.ENGINE_DATABASE_URL, startupRole: false, ...direct }
  if (from.DATABASE_URL !== undefined) return { url: from.DATABASE_URL, startupRole: true, ...direct }
  const urls = await joinEmbedded(from.EVENTMESH_DATA_DIR)
  if (urls !== undefined) return { url: urls.engine, startupRole: false }
  throw new StartRefused(
    `DATABASE_URL is not set and no embedded Postgres runs in ${from.EVENTMESH_DATA_DIR}: start it with npm start, or set DATABASE_URL`,
  )
}

async function refuseUnsafeLog(from: EngineConfig, log: Awaited<ReturnType<typeof openLog>>): Promise<void> {
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
