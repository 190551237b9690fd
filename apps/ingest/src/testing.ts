import http from 'node:http'
import net from 'node:net'
import { type Claims, type Log, openClaims, openLog, type StoredRecord } from '@eventmesh/bus'
import { connect, createMasterKey, type Database, keys, masterKeys, sources, tenants } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import type { KeyId, Mode, SourceId, TenantId } from '@eventmesh/envelope'
import { createLogger, createMetrics } from '@eventmesh/runtime'
import { createIngest, type Ingest, type IngestDeps } from './app.ts'
import { followKeyChanges } from './follow-key-changes.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { openPublishedKeys } from './published-keys.ts'
import { openSourceStore } from './source-store.ts'

export type TestKey = { readonly id: KeyId; readonly text: string }

/** `path`: its address on the test's server. */
export type TestSource = { readonly id: SourceId; readonly path: string; readonly token: string }

export type TestIngest = {
  readonly ingest: Ingest
  readonly url: string
  readonly port: number
  readonly tenantId: TenantId
  /** A live key of the tenant. */
  readonly key: TestKey
  readonly database: Database
  /** The operator's connection. */
  readonly operator: Database
  readonly log: Log
  readonly claims: Claims
  readonly logLines: string[]
  createKey(options?: { mode?: Mode; tenantId?: TenantId; allowedIps?: string[]; expiresAt?: Date }): Promise<TestKey>
  createTenant(slug: string): Promise<TenantId>
  createSource(
    provider: string,
    options?: {
      readonly secrets?: readonly string[]
      readonly options?: Readonly<Record<string, string>>
      readonly mode?: Mode
      readonly tenantId?: TenantId
      readonly name?: string
    },
  ): Promise<TestSource>
  /** A request to a source's address. */
  deliver(source: Pick<TestSource, 'path'>, delivery?: TestDelivery): Promise<TestAnswer>
  post(body: string | Buffer, headers?: Record<string, string>, path?: string): Promise<TestAnswer>
  /** Everything on a topic so far. */
  records(topic?: 'events' | 'outcomes' | 'quarantine'): Promise<StoredRecord[]>
  metrics(): Promise<string>
  close(): Promise<void>
}

export type TestAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared member by member with expected values
  readonly body: any
}

export type TestDelivery = {
  readonly method?: string
  /** With its question mark. */
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[]
  readonly body?: string | Buffer
}

export type TestOptions = {
  /** Milliseconds since 1970, instead of the clock. */
  readonly now?: () => number
  readonly limits?: Partial<Limits>
  readonly trustedProxyHops?: number
  /** Instead of one on the shared server. */
  readonly database?: TestDatabase
  /** Puts something between ingest and the real parts. */
  readonly wrap?: (parts: Pick<IngestDeps, 'log' | 'claims' | 'lookupKey' | 'sourceStore'>) => Partial<IngestDeps>
}

/** The whole service in this process, on a database of its own. */
export async function startTestIngest(options: TestOptions = {}): Promise<TestIngest> {
  const { urls, close: dropDatabase } = options.database ?? (await testDatabase())
  const pool = (url: string, role: 'ingest' | 'engine' | 'migrator', max: number) =>
    connect({ url, role, max, acquireTimeoutMs: 2_000, statementTimeoutMs: 5_000, applicationName: 'ingest-test' })
  const database = pool(urls.ingest, 'ingest', 4)
  const logDatabase = pool(urls.ingest, 'ingest', 4)
  const operator = pool(urls.migrator, 'migrator', 2)
  const readerDatabase = pool(urls.engine, 'engine', 2)
  const log = await openLog({ database: logDatabase })
  const reader = await openLog({ database: readerDatabase })
  const claims = await openClaims({ database })

  const createTenant = async (slug: string): Promise<TenantId> => {
    const created = await tenants.create(operator, { slug })
    if (!created.ok) throw new Error(created.detail)
    return created.tenant.id
  }
  const tenantId = await createTenant('acme')
  let keyCount = 0
  const createKey: TestIngest['createKey'] = async (given = {}) => {
    keyCount += 1
    const created = await keys.create(operator, { tenantId, name: `test ${keyCount}`, ...given })
    if (!created.ok) throw new Error(created.detail)
    return { id: created.key.id, text: created.secret }
  }
  const key = await createKey()

  const masterKey = await createMasterKey(Buffer.alloc(32, 7))
  const published = await masterKeys.publish(operator, masterKey)
  if (!published.ok) throw new Error(published.detail)
  let sourceCount = 0
  const createSource: TestIngest['createSource'] = async (
    provider,
    { secrets = [], options: given = {}, ...more } = {},
  ) => {
    sourceCount += 1
    const created = await sources.create(operator, {
      tenantId,
      name: `${provider} ${sourceCount}`,
      provider,
      options: given,
      secrets: [...secrets],
      ...more,
    })
    if (!created.ok) throw new Error(created.detail)
    return { id: created.source.id, token: created.token, path: `/hooks/${created.token}` }
  }

  const logLines: string[] = []
  const metrics = createMetrics({ process: 'ingest' })
  const parts = {
    log,
    claims,
    lookupKey: (hash: Buffer) => keys.lookup(database, hash),
    sourceStore: openSourceStore({ lookups: database, records: database }, [masterKey]),
  }
  const ingest = createIngest({
    ...parts,
    recordKeyUse: (uses) => keys.touchLastUsed(database, uses),
    publishedKeys: openPublishedKeys({ fetch: () => Promise.reject(new Error('a test opens no connection')) }),
    limits: { ...defaultLimits, tenantRate: 0, keyRate: 0, ipFailuresPerMinute: 0, ...options.limits },
    publicUrl: 'http://ingest.example',
    trustedProxyHops: options.trustedProxyHops ?? 0,
    logger: createLogger({ process: 'ingest', level: 'debug', format: 'json', write: (line) => logLines.push(line) }),
    metrics,
    now: options.now ?? Date.now,
    isReady: async () => (await log.check()).ok,
    ...options.wrap?.(parts),
  })
  const follower = await followKeyChanges(database, ingest.caches)
  const port = await ingest.listen(0, '127.0.0.1')
  const url = `http://127.0.0.1:${port}`

  return {
    ingest,
    url,
    port,
    tenantId,
    key,
    database,
    operator,
    log,
    claims,
    logLines,
    createKey,
    createTenant,
    createSource,
    deliver: ({ path }, { method = 'POST', query = '', headers = {}, body } = {}) =>
      send(port, method, path + query, Array.isArray(headers) ? headers : Object.entries(headers), body),
    async post(body, headers = {}, path = '/v1/events') {
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${key.text}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
    },
    async records(topic = 'events') {
      // What is wanted may still be on its way beside an answer: a marker behind it ends the reading.
      const records: StoredRecord[] = []
      const marker = `end-${performance.now()}`
      await log.append(topic, [{ key: marker, value: Buffer.from('{}'), headers: {} }], { deadlineMs: 5_000 })
      for await (const record of reader.read(topic, { from: 'beginning' })) {
        if (record.key === marker) break
        if (!record.key.startsWith('end-')) records.push(record)
      }
      return records
    },
    metrics: () => metrics.text(),
    async close() {
      await ingest.drain(2_000)
      await follower.close()
      await log.close()
      await reader.close()
      await claims.close()
      await Promise.all([database.close(), logDatabase.close(), readerDatabase.close(), operator.close()])
      await dropDatabase()
    },
  }
}

/** Exactly these headers, beside Host and Content-Length: as many of one name, of any method, as a provider sends them. */
function send(
  port: number,
  method: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  body: string | Buffer | undefined,
): Promise<TestAnswer> {
  const bytes = Buffer.from(body ?? '')
  const length = body === undefined ? [] : ['Content-Length', String(bytes.length)]
  return new Promise((resolve, reject) => {
    const request = http.request({
      port,
      host: '127.0.0.1',
      method,
      path,
      agent: keptAlive,
      headers: ['Host', `127.0.0.1:${port}`, ...length, ...headers.flat()],
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== ''
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(
            response.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [[name, all[i + 1]!]] : [])),
          ),
          text,
          body: isJson ? JSON.parse(text) : undefined,
        })
      })
    })
    request.end(bytes)
  })
}

const keptAlive = new http.Agent({ keepAlive: true, maxSockets: 32 })

/**
 * Bytes on a socket of their own; answers what came back until an answer that announces the close was complete, the other
 * side closed, or `quietMs` of silence passed. `untilClosed`: only the close itself, or the silence, ends it.
 */
export function rawRequest(
  port: number,
  parts: readonly (string | Buffer)[],
  options: { readonly quietMs?: number; readonly halfClose?: boolean; readonly untilClosed?: boolean } = {},
): Promise<{ readonly text: string; readonly isClosed: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    let quiet: NodeJS.Timeout | undefined
    const end = (isClosed: boolean): void => {
      clearTimeout(quiet)
      socket.destroy()
      resolve({ text: Buffer.concat(chunks).toString('latin1'), isClosed })
    }
    const rearm = (): void => {
      clearTimeout(quiet)
      quiet = setTimeout(() => end(false), options.quietMs ?? 2_500)
    }
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      if (!options.untilClosed && isLastAnswer(Buffer.concat(chunks).toString('latin1'))) end(false)
      else rearm()
    })
    socket.on('end', () => end(true))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (chunks.length > 0 || error.code === 'EPIPE') end(true)
      else reject(error)
    })
    socket.on('connect', () => {
      rearm()
      for (const part of parts) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part)
      if (options.halfClose) socket.end()
    })
  })
}

function isLastAnswer(text: string): boolean {
  const start = text.startsWith('HTTP/1.1 100 ') ? text.indexOf('\r\n\r\n') + 4 : 0
  const end = text.indexOf('\r\n\r\n', start)
  const head = text.slice(start, end)
  const length = /\r\nContent-Length: (\d+)/i.exec(head)?.[1]
  return end > 0 && /\r\nConnection: close/i.test(head) && text.length >= end + 4 + Number(length)
}

/** Polls until `check` answers something other than undefined or false. */
export async function eventually<Value>(
  check: () => Promise<Value | undefined | false> | Value | undefined | false,
  deadlineMs = 10_000,
): Promise<Value> {
  const until = performance.now() + deadlineMs
  for (;;) {
    const value = await check()
    if (value !== undefined && value !== false) return value
    if (performance.now() > until) throw new Error('what was waited for did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
