import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { assertRole, connect, DatabaseError } from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'
import { type Logger, type loadEnvironment, type Running, StartRefused } from '@eventmesh/runtime'
import { peerHeader } from '../src/server/client-ip.ts'
import { type consoleVariables, newestMigrationVariable } from '../src/server/config.ts'
import { draining } from '../src/server/draining.ts'

export type ServeOptions = {
  readonly values: ReturnType<typeof loadEnvironment<typeof consoleVariables>>
  readonly logger: Logger
  /** Of Next's standalone server. */
  readonly directory: string
  /** Name of the schema's last file. */
  readonly newestMigration: string
}

/** Finds the console's database, drops every variable that it has no use for, and runs Next's standalone server. */
export async function serveConsole({ values, logger, directory, newestMigration }: ServeOptions): Promise<Running> {
  const login = await findDatabase(values)
  await checkRole(login)
  const environment = {
    ...login,
    [newestMigrationVariable]: newestMigration,
    PORT: String(values.CONSOLE_PORT),
    HOSTNAME: values.HOST,
    EVENTMESH_CONSOLE_URL: values.EVENTMESH_CONSOLE_URL ?? `http://localhost:${values.CONSOLE_PORT}`,
  }
  const server = await serve(directory, environment)
  logger.info({ port: (server.address() as AddressInfo).port }, 'the console is open')
  return { logger, drain: () => drain(server) }
}

type Login = { readonly CONSOLE_DATABASE_URL: string } | { readonly DATABASE_URL: string }

async function findDatabase(values: ServeOptions['values']): Promise<Login> {
  if (values.CONSOLE_DATABASE_URL !== undefined) return { CONSOLE_DATABASE_URL: values.CONSOLE_DATABASE_URL }
  if (values.DATABASE_URL !== undefined) return { DATABASE_URL: values.DATABASE_URL }
  if (values.EVENTMESH_DURABILITY === 'production') {
    throw new StartRefused(
      'DATABASE_URL is not set: production does not run on the embedded database (EVENTMESH_DURABILITY=dev does)',
    )
  }
  const urls = await joinEmbedded(resolve(values.EVENTMESH_DATA_DIR))
  if (urls !== undefined) return { CONSOLE_DATABASE_URL: urls.console }
  throw new StartRefused(
    `no database: DATABASE_URL is not set and no embedded server runs in ${values.EVENTMESH_DATA_DIR}; start one with: npm start`,
  )
}

/** A login with more rights than the console's is refused; a database that is away is waited for, unready. */
async function checkRole(login: Login): Promise<void> {
  const isOwn = 'CONSOLE_DATABASE_URL' in login
  const db = connect({
    url: isOwn ? login.CONSOLE_DATABASE_URL : login.DATABASE_URL,
    role: 'console',
    startupRole: !isOwn,
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'eventmesh-console-start',
  })
  try {
    await assertRole(db, 0)
  } catch (error) {
    if (error instanceof DatabaseError) return
    throw new StartRefused(error instanceof Error ? error.message : 'the role of the database login is unknown')
  } finally {
    await db.close()
  }
}

// What the server may know of its environment: no other part's login, no secret key.
const kept = [
  ...['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'],
  ...['DATABASE_DIRECT_URL', 'EVENTMESH_INGEST_URL', 'EVENTMESH_INGEST_INTERNAL_URL', 'INGEST_PORT'],
  ...['TRUSTED_PROXY_HOPS', 'EVENTMESH_DEV_KIT', 'LOG_LEVEL', 'LOG_FORMAT', 'CONSOLE_PORT', 'HOST'],
]

async function serve(directory: string, environment: Readonly<Record<string, string>>): Promise<http.Server> {
  for (const name of Object.keys(process.env)) if (!kept.includes(name)) delete process.env[name]
  Object.assign(process.env, environment, {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
    NEXT_MANUAL_SIG_HANDLE: 'true',
  })
  const listening = nextServer()
  process.chdir(directory)
  await import(pathToFileURL(join(directory, 'server.js')).href)
  return await listening
}

/**
 * Next makes its own `http.Server`. This takes hold of it: to drain it, to stamp each request with the address of its
 * socket over whatever the sender claims, and to end upgrades, which the console has no use for.
 */
function nextServer(): Promise<http.Server> {
  const { createServer } = http
  return new Promise((resolve, reject) => {
    http.createServer = ((...given: Parameters<typeof createServer>) => {
      http.createServer = createServer
      const server = createServer(...given)
      server.headersTimeout = 10_000
      server.requestTimeout = 20_000
      server.maxConnections = 2_000
      server.prependListener('request', (request) => {
        request.headers[peerHeader] = request.socket.remoteAddress ?? ''
      })
      server.prependListener('upgrade', (_, socket) => socket.destroy())
      server.once('listening', () => resolve(server))
      server.once('error', reject)
      return server
    }) as typeof createServer
  })
}

const inFlightMs = 12_000

async function drain(server: http.Server): Promise<void> {
  const closed = new Promise<void>((done) => server.close(() => done()))
  draining().abort()
  // A connection becomes idle when its last answer ends.
  const sweep = setInterval(() => server.closeIdleConnections(), 100)
  const deadline = setTimeout(() => server.closeAllConnections(), inFlightMs)
  await closed
  clearInterval(sweep)
  clearTimeout(deadline)
}
