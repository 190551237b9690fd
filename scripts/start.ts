import { relative } from 'node:path'
import { connect, type Database, migrate } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { publishMasterKey, readMasterKeys } from '../apps/cli/src/master-key.ts'
import { prepareCast } from './demo/cast.ts'
import { startTraffic, type Traffic } from './demo/traffic.ts'
import { banner } from './start/banner.ts'
import { type Child, superviseChild } from './start/child.ts'
import {
  type DirectoryLock,
  directoryProblem,
  lockDirectory,
  secretKeyFile,
  waitForLeftOver,
} from './start/data-directory.ts'
import { type FirstRun, prepareFirstRun } from './start/first-run.ts'
import { type ProcessName, readOptions, usage } from './start/options.ts'
import { portProblems } from './start/ports.ts'
import { type Postgres, supervisePostgres } from './start/postgres.ts'
import { type Environment, readSettings, type Settings } from './start/settings.ts'
import { say, watchSignals } from './start/signals.ts'

// Everything on one machine: prepares what no variable replaces, starts the processes, keeps them running and stops
// them in order.

const options = readOptions(process.argv.slice(2))
if ('mistake' in options) {
  process.stderr.write(`npm start: ${options.mistake}\n${usage}`)
  process.exit(2)
}
if ('help' in options) {
  process.stdout.write(usage)
  process.exit(0)
}

const startedAt = Date.now()
const running: { lock?: DirectoryLock; postgres?: Postgres; demo?: Traffic; children: Child[] } = { children: [] }
const signals = watchSignals(killAll)

try {
  const settings = readSettings(options, process.env)
  const prepared = await prepare(settings)
  if (prepared) await Promise.race([greet(settings, prepared), signals.first])
  await signals.first
  say('stopping: what takes events in first, its storage last')
  process.exit((await stopAll()) ? 0 : 1)
} catch (error) {
  say(error instanceof Error ? error.message : 'the start failed')
  await stopAll()
  process.exit(1)
}

type Prepared = { readonly firstRun: FirstRun; readonly environment: Environment }

/** Everything but the console is started, though perhaps not ready yet; undefined when a signal came in between. */
async function prepare(settings: Settings): Promise<Prepared | undefined> {
  await takeDirectory(settings)
  const environment = await prepareStorage(settings)
  if (signals.isRequested()) return undefined
  for (const name of settings.only) if (name !== 'console') startChild(name, settings, environment)
  const firstRun = await firstTenant(settings, environment)
  return { firstRun, environment }
}

async function greet(settings: Settings, { firstRun, environment }: Prepared): Promise<void> {
  const { only, dataDir } = settings
  const hasConsole = only.includes('console')
  await Promise.all(running.children.map(({ ready }) => ready))
  if (signals.isRequested()) return
  say(`ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`)
  if (only.includes('ingest')) process.stdout.write(banner(firstRun, whereDataIs(dataDir), hasConsole))
  if (hasConsole) followWithConsole(settings, environment)
  if (settings.isDemo) await startDemo(settings, environment, firstRun)
}

async function startDemo({ ingestUrl }: Settings, environment: Environment, { tenantId }: FirstRun): Promise<void> {
  const db = openDatabase('migrator', environment, running.postgres?.urls.migrator)
  try {
    running.demo = startTraffic(await prepareCast(db, { tenantId: tenantId as TenantId, ingestUrl }))
    say('demo: sending about three events a second, until this is stopped')
  } finally {
    await db.close()
  }
}

/** Last, since the first time it has to be built; what takes events in does not wait for it, nor fails with it. */
function followWithConsole(settings: Settings, environment: Environment): void {
  startChild('console', settings, consoleEnvironment(environment)).ready.then(
    () => say(`the console is open at ${settings.consoleUrl}`),
    (error: unknown) =>
      say(`${error instanceof Error ? error.message : 'the console did not start'}; the rest runs on`),
  )
}

/** Its own database login, and no secret of anybody else. */
function consoleEnvironment(environment: Environment): Environment {
  const login = environment.CONSOLE_DATABASE_URL || running.postgres?.urls.console
  const hidden = /^(INGEST_DATABASE_URL|ENGINE_DATABASE_URL|EVENTMESH_SECRET_KEY.*|KAFKA_.*|REDIS_URL)$/
  const rest = Object.entries(environment).filter(
    ([name]) => !hidden.test(name) && (login === undefined || name !== 'DATABASE_URL'),
  )
  return { ...Object.fromEntries(rest), ...(login === undefined ? {} : { CONSOLE_DATABASE_URL: login }) }
}

/** The data directory is ours alone and the ports are free, or nothing is started. */
async function takeDirectory({ dataDir, ports }: Settings): Promise<void> {
  const directory = directoryProblem(dataDir)
  if (directory !== undefined) throw new Error([directory, ...(await portProblems(ports))].join('\n'))

  const lock = lockDirectory(dataDir)
  if ('heldBy' in lock) {
    const problem = `EVENTMESH_DATA_DIR: ${dataDir} is used by another npm start (process ${lock.heldBy}); stop that one or set EVENTMESH_DATA_DIR`
    throw new Error([problem, ...(await portProblems(ports))].join('\n'))
  }
  running.lock = lock
  await waitForLeftOver(lock.leftOver, say)

  const problems = await portProblems(ports)
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

/** A migrated database, and the environment in which the processes find it. */
async function prepareStorage(settings: Settings): Promise<Environment> {
  const environment: Record<string, string | undefined> = { ...settings.environment }
  let migratorUrl = environment.DATABASE_URL
  if (!migratorUrl) {
    running.postgres = await supervisePostgres(settings.dataDir, say)
    const { urls } = running.postgres
    environment.INGEST_DATABASE_URL ||= urls.ingest
    environment.ENGINE_DATABASE_URL ||= urls.engine
    migratorUrl = urls.migrator
  }
  if (!environment.EVENTMESH_SECRET_KEY && !environment.EVENTMESH_SECRET_KEY_FILE) {
    environment.EVENTMESH_SECRET_KEY_FILE = secretKeyFile(settings.dataDir)
  }
  const { applied } = await migrate({ url: migratorUrl, log: say })
  if (applied.length > 0) say(`schema brought up to date (${applied.length} migrations)`)
  await tellMasterKey(environment)
  return environment
}

/** Secrets of sources are sealed to it, by whoever adds one. */
async function tellMasterKey(environment: Environment): Promise<void> {
  const keys = await readMasterKeys(environment)
  const db = openDatabase('migrator', environment, running.postgres?.urls.migrator)
  try {
    const next = await publishMasterKey(db, keys)
    if (next !== undefined) say(next)
  } finally {
    await db.close()
  }
}

function startChild(name: ProcessName, settings: Settings, environment: Environment): Child {
  const child = superviseChild({
    name,
    script: name === 'console' ? 'apps/console/start.ts' : `apps/${name}/src/main.ts`,
    environment,
    readyUrl: settings.readyUrls[name],
    say,
    onRestart: recordChildren,
  })
  running.children.push(child)
  recordChildren()
  return child
}

function recordChildren(): void {
  running.lock?.record(running.children.map((child) => child.pid()).filter((pid) => pid !== undefined))
}

async function firstTenant(settings: Settings, environment: Environment): Promise<FirstRun> {
  const db = openDatabase('migrator', environment, running.postgres?.urls.migrator)
  const ingest = openDatabase('ingest', environment, environment.INGEST_DATABASE_URL || undefined)
  const { dataDir, ingestUrl, consoleUrl } = settings
  try {
    return await prepareFirstRun({ db, ingest, dataDir, ingestUrl, consoleUrl })
  } finally {
    await Promise.all([db.close(), ingest.close()])
  }
}

/** With the role's own login where there is one. */
function openDatabase(role: 'migrator' | 'ingest', environment: Environment, login: string | undefined): Database {
  return connect({
    url: login ?? environment.DATABASE_URL ?? '',
    role,
    startupRole: login === undefined,
    max: 1,
    statementTimeoutMs: 10_000,
    acquireTimeoutMs: 10_000,
    applicationName: 'eventmesh-start',
  })
}

function whereDataIs(dataDir: string): string {
  const inside = relative('', dataDir)
  const where = inside.startsWith('..') ? dataDir : inside || '.'
  if (running.postgres) return `${where} (embedded Postgres: database, log and claims; for development)`
  return `${where} (keys alone; database, log and claims are where the variables say; for development)`
}

/** In the order of the path, so that nothing accepts what the next one can no longer take; true when all ended well. */
async function stopAll(): Promise<boolean> {
  let isClean = true
  await running.demo?.stop()
  for (const child of running.children) isClean = (await child.stop()) && isClean
  await running.postgres?.stop()
  running.lock?.release()
  return isClean
}

function killAll(): void {
  for (const child of running.children) child.kill()
  running.postgres?.kill()
  running.lock?.release()
}
