import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import postgres, { type Sql } from 'postgres'
import { type Binaries, findBinaries } from './embedded-binaries.ts'
import { createState, type EmbeddedState, readState, writeState } from './embedded-state.ts'
import { asUser, giveTo, reaching, type ServerUser, serverUser } from './embedded-user.ts'
import { isServerOf, leftoverBackends, pidFile, readPostmaster } from './postmaster.ts'
import { ensureRoles, type ProcessRole, roleName } from './roles.ts'
import { isAlive, removeAbandoned, temporaryName } from './temporary-files.ts'

export type EmbeddedOptions = {
  /** EventMesh's data directory; the server's own is `postgres` in it. Relative paths and spaces are fine. */
  readonly dataDir: string
  /** Default: the last one if it is free, else any free one. */
  readonly port?: number
  readonly log: (line: string) => void
  /** Off for unit tests only: a crash of the machine may then lose everything. Default true. */
  readonly isDurable?: boolean
}

export type DatabaseUrls = Readonly<Record<ProcessRole | 'superuser', string>>

export type Embedded = {
  readonly urls: DatabaseUrls
  readonly port: number
  readonly pid: number
  /** Ends sessions, writes a checkpoint, resolves when the server is gone. Repeatable. */
  stop(): Promise<void>
  /** Called once when the server ends without `stop`. */
  onExit(callback: (detail: string) => void): void
}

const times = {
  readyMs: 120_000,
  stopMs: 30_000,
  killMs: 5_000,
  leftoverMs: 20_000,
  leftoverPatienceMs: 1_000,
  progressMs: 5_000,
  pollMs: 20,
}
const logBytesMax = 10 * 1024 * 1024
const databaseName = 'eventmesh'
// One supervisor per server: held as a session's advisory lock, so it ends with its holder however that dies.
const ownerLock = 0x6f_77_6e

/**
 * Starts the Postgres server of a data directory and resolves when it takes connections: initialises a new directory,
 * takes over a server that a killed run left behind, waits for its remaining processes where only its head was killed.
 * Creates the roles with their logins and the database. Throws with one clear line and the way out; then nothing runs.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const binaries = findBinaries()
  const self = await serverUser()
  const dataDir = await prepareDataDir(options.dataDir, self)
  const user = await reaching(self, [
    { path: join(dataDir, 'postgres'), wayOut: 'set EVENTMESH_DATA_DIR to a directory elsewhere' },
    { path: realpathSync(binaries.postgres), wayOut: 'move the project to a directory elsewhere' },
  ])
  const clusterDir = join(dataDir, 'postgres')

  const state = (await readState(dataDir)) ?? (await createState(dataDir))
  await removeAbandoned(dataDir)
  const place: Place = { binaries, user, dataDir, clusterDir, state, options }
  if (!(await isCluster(clusterDir))) await initialise(place)
  await checkMajor(clusterDir, binaries.major)

  const running = await findRunning(clusterDir)
  if (running !== undefined) {
    const server = adopted(running, clusterDir)
    const supervised = await takeOver(place, server)
    options.log(`took over the Postgres server that an earlier run left behind (process ${server.pid})`)
    return supervised
  }
  const server = await startServer(place)
  try {
    return await takeOver(place, server)
  } catch (error) {
    // Another start was quicker to own the server that we started: it is theirs now.
    if (error instanceof DirectoryInUse) throw error
    await server.stop()
    if (!isWrongPassword(error)) throw error
  }
  // `embedded.json` was removed and made again: the data is still ours to open.
  await resetPassword(place)
  return await takeOver(place, await startServer(place))
}

/** How to reach the server that runs for a data directory now; undefined when none does. */
export async function joinEmbedded(dataDir: string): Promise<DatabaseUrls | undefined> {
  const home = resolve(dataDir)
  const state = await readState(home)
  if (state === undefined || !(await isCluster(join(home, 'postgres')))) return undefined
  const running = await findRunning(realpathSync(join(home, 'postgres')))
  return running === undefined ? undefined : urlsOf(running.port, state)
}

type Place = {
  readonly binaries: Binaries
  readonly user: ServerUser | undefined
  readonly dataDir: string
  readonly clusterDir: string
  readonly state: EmbeddedState
  readonly options: EmbeddedOptions
}

type Server = {
  readonly pid: number
  readonly port: number
  readonly exited: Promise<string>
  stop(): Promise<void>
}

async function prepareDataDir(given: string, user: ServerUser | undefined): Promise<string> {
  const dataDir = resolve(given)
  try {
    await mkdir(dataDir, { recursive: true })
    // Open to pass through, for the server's user; what is secret in it is closed by its own mode.
    const { mode } = await stat(dataDir)
    if (user !== undefined && (mode & 0o001) === 0) await chmod(dataDir, (mode & 0o777) | 0o001)
  } catch (cause) {
    throw new Error(`EVENTMESH_DATA_DIR ${dataDir} cannot be made: ${reasonOf(cause)}`, { cause })
  }
  return realpathSync(dataDir)
}

// initdb works beside the final name, so a directory called `postgres` is always whole.
async function initialise({ binaries, user, dataDir, clusterDir, state, options }: Place): Promise<void> {
  options.log('preparing the embedded Postgres server (once)')
  const newDir = temporaryName(clusterDir)
  await mkdir(newDir, { mode: 0o700 })
  const passwordFile = temporaryName(join(dataDir, 'superuser-password'))
  try {
    await writeFile(passwordFile, `${state.passwords.superuser}\n`, { mode: 0o600 })
    await giveTo(passwordFile, user)
    await giveTo(newDir, user)
    await runToEnd(binaries.initdb, user, dataDir, [
      `--pgdata=${newDir}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(options.isDurable === false ? ['--no-sync'] : []),
    ])
    await rename(newDir, clusterDir).catch(async (error: unknown) => {
      // Another start of this directory was quicker: its cluster is as good, with the same passwords.
      if (!(await isCluster(clusterDir))) throw error
    })
  } finally {
    await rm(passwordFile, { force: true })
    await rm(newDir, { recursive: true, force: true })
  }
}

async function isCluster(clusterDir: string): Promise<boolean> {
  return await stat(join(clusterDir, 'PG_VERSION')).then(
    () => true,
    () => false,
  )
}

async function checkMajor(clusterDir: string, major: string): Promise<void> {
  const found = (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).trim()
  if (found === major) return
  throw new Error(
    `${clusterDir} holds data of Postgres ${found}, this version brings ${major}: dump it with the EventMesh version that made it and restore, or set EVENTMESH_DATA_DIR to a new directory`,
  )
}

/** The server that runs on this directory already, ready; waits for one that is starting or ending. */
async function findRunning(clusterDir: string): Promise<{ pid: number; port: number } | undefined> {
  const deadline = performance.now() + times.readyMs
  for (;;) {
    const found = await readPostmaster(clusterDir)
    if (found === undefined || !isServerOf(found.pid, clusterDir)) {
      if (found !== undefined && isAlive(found.pid)) await removeStalePidFile(clusterDir)
      return undefined
    }
    if (found.status === 'ready') return found
    if (performance.now() > deadline) {
      throw new Error(
        `the Postgres server of ${clusterDir} (process ${found.pid}) does not get ready: stop that process`,
      )
    }
    await wait(times.pollMs)
  }
}

// Postgres itself clears the file of a dead process, but believes one whose number now belongs to something else.
async function removeStalePidFile(clusterDir: string): Promise<void> {
  await leftoversGone(clusterDir)
  await rm(pidFile(clusterDir), { force: true })
}

// One that computes does not notice that its postmaster is gone. Nobody waits for its answer: it is told to end, its
// transaction is undone.
async function leftoversGone(clusterDir: string): Promise<void> {
  const startedAt = performance.now()
  const told = new Set<number>()
  for (;;) {
    const pids = leftoverBackends(clusterDir)
    if (pids.length === 0) return
    const elapsed = performance.now() - startedAt
    if (elapsed > times.leftoverMs) {
      throw new Error(`processes of an earlier Postgres server still use ${clusterDir}: stop ${pids.join(', ')}`)
    }
    for (const pid of pids) {
      if (elapsed < times.leftoverPatienceMs || told.has(pid)) continue
      told.add(pid)
      endProcess(pid)
    }
    await wait(times.pollMs)
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // Gone in between, or another user's: the wait goes on and says so at its end.
  }
}

async function startServer(place: Place): Promise<Server> {
  const { options, state } = place
  const deadline = performance.now() + times.leftoverMs
  let port = options.port ?? (await freePort(state.port))
  for (;;) {
    await leftoversGone(place.clusterDir)
    const failure = await tryStart(place, port)
    if ('pid' in failure) return failure
    if (failure.kind === 'port-taken' && options.port === undefined) {
      port = await freePort()
    } else if (failure.kind !== 'shared-memory' || performance.now() > deadline) {
      throw new Error(failure.detail)
    } else {
      await wait(times.pollMs)
    }
  }
}

// Also what two first starts at once end in for the slower one.
function inUse(dataDir: string): string {
  return `${dataDir} is in use by a running EventMesh: stop it, or set EVENTMESH_DATA_DIR to another directory`
}

type StartFailure = { readonly kind: 'port-taken' | 'shared-memory' | 'other'; readonly detail: string }

async function tryStart(
  { binaries, user, clusterDir, dataDir, options }: Place,
  port: number,
): Promise<Server | StartFailure> {
  const logFile = join(dataDir, 'postgres.log')
  await rotate(logFile)
  const log = openSync(logFile, 'a', 0o600)
  const logStart = statSync(logFile).size
  const server = asUser(user, binaries.postgres, ['-D', clusterDir, ...settings(port, options.isDurable ?? true)])
  const child = spawn(server.command, server.args, {
    ...server.options,
    cwd: dataDir,
    env: serverEnvironment,
    stdio: ['ignore', log, log],
    // A group of its own: Ctrl-C in the terminal reaches only us, and we stop the server last.
    detached: true,
  })
  closeSync(log)
  let ended: string | undefined
  const exited = new Promise<string>((settle) => {
    const end = (detail: string) => {
      ended = detail
      settle(detail)
    }
    child.once('error', (error) => end(error.message))
    child.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`))
  })

  const startedAt = performance.now()
  let nextProgress = times.progressMs
  while (ended === undefined) {
    const found = await readPostmaster(clusterDir)
    if (found?.pid === child.pid && found?.status === 'ready') {
      child.unref()
      return owned(child, port, exited)
    }
    const elapsed = performance.now() - startedAt
    if (elapsed > nextProgress) {
      options.log(`waiting for the embedded Postgres server (${Math.round(elapsed / 1_000)} s, see ${logFile})`)
      nextProgress += times.progressMs
    }
    if (elapsed > times.readyMs) {
      await owned(child, port, exited).stop()
      return {
        kind: 'other',
        detail: `the embedded Postgres server did not get ready in ${times.readyMs / 1_000} s, see ${logFile}`,
      }
    }
    await wait(times.pollMs)
  }
  const said = readFileSync(logFile, 'utf8').slice(logStart)
  return explain(said, ended, port, logFile)
}

function explain(said: string, ended: string, port: number, logFile: string): StartFailure {
  if (/could not bind|could not create any TCP\/IP sockets/.test(said)) {
    return { kind: 'port-taken', detail: `port ${port} of the embedded Postgres server is in use` }
  }
  if (/lock file "postmaster.pid" already exists/.test(said)) {
    return { kind: 'other', detail: inUse(dirname(logFile)) }
  }
  const fatal = [...said.matchAll(/(?:FATAL|PANIC): {2}(.+)/g)].at(-1)?.[1] ?? ended
  const kind = /shared memory block/.test(said) ? 'shared-memory' : 'other'
  return { kind, detail: `the embedded Postgres server did not start: ${fatal} (see ${logFile})` }
}

// Nothing of our own environment: PGOPTIONS, PGDATA and their like would change the server.
const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

function settings(port: number, isDurable: boolean): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    password_encryption: 'scram-sha-256',
    fsync: isDurable,
    full_page_writes: isDurable,
    synchronous_commit: true,
    shared_buffers: '128MB',
    max_connections: 100,
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    jit: false,
    log_checkpoints: false,
    // Statements and the values of rows stay out of the server's log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
  }
  return Object.entries(values).flatMap(([name, value]) => [
    '-c',
    `${name}=${value === true ? 'on' : value === false ? 'off' : value}`,
  ])
}

function owned(child: ChildProcess, port: number, exited: Promise<string>): Server {
  let stopping: Promise<void> | undefined
  const stop = async () => {
    child.ref()
    child.kill('SIGINT')
    if (await settlesWithin(exited, times.stopMs)) return
    child.kill('SIGQUIT')
    if (await settlesWithin(exited, times.killMs)) return
    throw new Error(`the embedded Postgres server (process ${child.pid}) does not stop`)
  }
  return {
    pid: child.pid ?? 0,
    port,
    exited,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

function adopted({ pid, port }: { pid: number; port: number }, clusterDir: string): Server {
  const isGone = () => !isServerOf(pid, clusterDir)
  const exited = (async () => {
    // Not our child: nobody tells us of its end.
    while (!isGone()) await wait(500, undefined, { ref: false })
    return 'ended'
  })()
  const goneWithin = async (ms: number) => {
    const deadline = performance.now() + ms
    while (!isGone() && performance.now() < deadline) await wait(times.pollMs)
    return isGone()
  }
  return {
    pid,
    port,
    exited,
    async stop() {
      if (isGone()) return
      process.kill(pid, 'SIGINT')
      if (await goneWithin(times.stopMs)) return
      process.kill(pid, 'SIGQUIT')
      if (!(await goneWithin(times.killMs)))
        throw new Error(`the embedded Postgres server (process ${pid}) does not stop`)
    },
  }
}

async function takeOver({ state, dataDir }: Place, server: Server): Promise<Embedded> {
  const owner = await becomeOwner(server, state, dataDir)
  try {
    await prepareDatabase(server.port, state)
    if (state.port !== server.port) await writeState(dataDir, { ...state, port: server.port })
  } catch (error) {
    await owner.end({ timeout: 1 })
    throw error
  }
  let isStopping = false
  return {
    urls: urlsOf(server.port, state),
    port: server.port,
    pid: server.pid,
    async stop() {
      isStopping = true
      await owner.end({ timeout: 1 })
      await server.stop()
    },
    onExit(callback) {
      void server.exited.then(async (detail) => {
        if (isStopping) return
        await owner.end({ timeout: 0 })
        callback(detail)
      })
    },
  }
}

class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

async function becomeOwner(server: Server, state: EmbeddedState, dataDir: string): Promise<Sql> {
  const sockets: net.Socket[] = []
  const sql = postgres(superuserUrl(server.port, state, 'postgres'), {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'eventmesh-owner' },
    ...socketOption(async () => {
      const socket = net.connect(server.port, '127.0.0.1')
      await once(socket, 'connect')
      sockets.push(socket)
      return socket
    }),
  })
  try {
    const [row] = await sql<{ mine: boolean; directory: string }[]>`
      select pg_try_advisory_lock(${ownerLock}) as mine, current_setting('data_directory') as directory`
    if (row === undefined || row.directory !== join(dataDir, 'postgres')) {
      throw new Error(`port ${server.port} answers for another data directory than ${dataDir}`)
    }
    if (!row.mine) throw new DirectoryInUse(inUse(dataDir))
  } catch (error) {
    await sql.end({ timeout: 1 })
    throw error
  }
  // Holding the lock is no reason for the process to stay.
  for (const socket of sockets) socket.unref()
  return sql
}

// An option of postgres.js that its types leave out.
function socketOption(socket: () => Promise<net.Socket>): object {
  return { socket }
}

async function prepareDatabase(port: number, state: EmbeddedState): Promise<void> {
  const sql = postgres(superuserUrl(port, state, 'postgres'), { max: 1, fetch_types: false, onnotice: () => {} })
  try {
    await ensureRoles(sql, { passwords: state.passwords })
    const [found] = await sql`select from pg_database where datname = ${databaseName}`
    if (found === undefined) await sql`create database ${sql(databaseName)} owner ${sql(roleName('migrator'))}`
  } finally {
    await sql.end({ timeout: 1 })
  }
}

// Single-user mode needs no password, only the directory.
async function resetPassword({ binaries, user, clusterDir, dataDir, state }: Place): Promise<void> {
  const statement = `alter role postgres password '${state.passwords.superuser}';\n`
  await runToEnd(binaries.postgres, user, dataDir, ['--single', '-D', clusterDir, 'postgres'], statement)
}

async function runToEnd(
  program: string,
  user: ServerUser | undefined,
  cwd: string,
  parts: string[],
  input = '',
): Promise<void> {
  const { command, args, options } = asUser(user, program, parts)
  const child = spawn(command, args, { ...options, cwd, env: serverEnvironment, stdio: 'pipe', detached: true })
  const said: string[] = []
  child.stdout.resume()
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')))
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${program} failed: ${said.join('').trim().split('\n').slice(-3).join(' ')}`)
}

function urlsOf(port: number, state: EmbeddedState): DatabaseUrls {
  const url = (role: ProcessRole) =>
    `postgres://${roleName(role)}:${state.passwords[role]}@127.0.0.1:${port}/${databaseName}`
  return {
    superuser: superuserUrl(port, state, databaseName),
    migrator: url('migrator'),
    ingest: url('ingest'),
    engine: url('engine'),
    console: url('console'),
  }
}

function superuserUrl(port: number, state: EmbeddedState, database: string): string {
  return `postgres://postgres:${state.passwords.superuser}@127.0.0.1:${port}/${database}`
}

async function freePort(wished?: number): Promise<number> {
  if (wished !== undefined && (await listenOnce(wished)) === wished) return wished
  const port = await listenOnce(0)
  if (port === undefined) throw new Error('no free port on 127.0.0.1 for the embedded Postgres server')
  return port
}

async function listenOnce(port: number): Promise<number | undefined> {
  const server = net.createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : undefined
  } catch {
    // In use: the caller takes another one.
    return undefined
  } finally {
    server.close()
  }
}

async function rotate(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  )
  if (size > logBytesMax) await rename(logFile, `${logFile}.1`)
}

async function settlesWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const deadline = new AbortController()
  const late = wait(ms, false, { signal: deadline.signal })
  const result = await Promise.race([work.then(() => true), late])
  deadline.abort()
  late.catch(() => {
    // Aborted one line above.
  })
  return result
}

function isWrongPassword(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '28P01'
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason'
}
