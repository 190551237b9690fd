import type { TenantId } from '@eventmesh/envelope'
import type { ExtractTablesWithRelations } from 'drizzle-orm'
import { makePgArray, type PgTransaction, parsePgArray } from 'drizzle-orm/pg-core'
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js'
import postgres, { type Sql, type TransactionSql } from 'postgres'
import { DatabaseError, keepParametersOutOfErrors, toDatabaseError } from './database-error.ts'
import { type Listener, type ListenOptions, listen } from './listen.ts'
import { createPool, type Lane, type Pool } from './pool.ts'
import { handlerOf, type RawSql, redirect } from './redirect.ts'
import type { ProcessRole } from './roles.ts'

export type ConnectOptions = {
  readonly url: string
  /** Where LISTEN connects when a pooler stands in front of `url`. */
  readonly directUrl?: string
  /** Whose rights the process has. With `startupRole` each connection starts with `role=eventmesh_<role>`. */
  readonly role?: ProcessRole
  readonly startupRole?: boolean
  /** Connections of the pool. */
  readonly max: number
  /** How long a transaction may wait for its connection, `BEGIN` included. */
  readonly acquireTimeoutMs: number
  readonly statementTimeoutMs: number
  readonly lockTimeoutMs?: number
  readonly idleInTransactionTimeoutMs?: number
  readonly applicationName: string
  /** False only behind a pooler that pools transactions. */
  readonly prepare?: boolean
}

export type Database = {
  readonly role: ProcessRole | undefined
  readonly drizzle: PostgresJsDatabase
  /** Raw postgres.js statements, each on its own; they wait for a connection as a transaction does. */
  readonly sql: RawSql
  /** One statement outside of a transaction, answered or refused within acquire and statement timeout together. */
  query<T>(run: (sql: RawSql) => PromiseLike<T>): Promise<T>
  /**
   * Runs in one transaction; rolls back when `run` throws. After a serialization failure or a deadlock it runs again
   * (`tries`), so `run` has no effect outside of the transaction. Throws `DatabaseError`.
   */
  transaction<T>(run: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** The same with `app.tenant_id` set for this transaction only: row-level security shows this tenant's rows. */
  forTenant<T>(tenantId: TenantId, run: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>
  /** Notifications of one channel over a connection of its own, reconnecting for ever. */
  listen(channel: string, onMessage: (payload: string) => void, options?: ListenOptions): Promise<Listener>
  /** Waits for running transactions (at most 5 s), then closes every connection. */
  close(): Promise<void>
}

/** A drizzle transaction; `sql` is postgres.js on the same connection, for what a query builder cannot say. */
export type Transaction = Omit<DrizzleTransaction, 'transaction'> & { readonly sql: RawSql }

type NoSchema = Record<string, never>
type DrizzleTransaction = PgTransaction<PostgresJsQueryResultHKT, NoSchema, ExtractTablesWithRelations<NoSchema>>

export type TransactionOptions = {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readonly readOnly?: boolean
  /** Default 3. */
  readonly tries?: number
  /**
   * Milliseconds after which the caller gets an answer whatever the server does. Past it, a transaction whose `run` had
   * not resolved is rolled back; one whose commit was sent may have happened (`mayHaveCommitted`).
   */
  readonly deadlineMs?: number
}

const defaults = { lockTimeoutMs: 1_000, idleInTransactionTimeoutMs: 10_000, connectTimeoutMs: 5_000, tries: 3 }
const closeTimeoutMs = 5_000
/**
 * By how much an answer may be later than the server's own statement timeout. What is silent for longer has no server
 * any more at its other end, which TCP alone notices after a quarter of an hour.
 */
const silenceMs = 2_000

keepParametersOutOfErrors()

/** Opens nothing yet: the first statement connects. */
export function connect(options: ConnectOptions): Database {
  const pool = createPool(options.max, (onclose) => {
    const client = openClient(options, onclose)
    return { client, drizzle: withDrizzle(client) }
  })
  const template = openClient(options, () => {})
  const watch: Watch = (lane, answer, reject) => {
    if (options.statementTimeoutMs === 0) return
    let look: NodeJS.Immediate | undefined
    const drop = () => {
      pool.drop(lane)
      reject(Object.assign(new Error('the database has fallen silent'), { code: 'CONNECTION_DESTROYED' }))
    }
    // One more look at the sockets: a process that was itself stopped has not read yet what came meanwhile.
    const timer = setTimeout(() => {
      look = setImmediate(drop)
    }, options.statementTimeoutMs + silenceMs)
    const stop = () => {
      clearTimeout(timer)
      clearImmediate(look)
    }
    answer.then(stop, stop)
  }
  const raw = rawOnPool(template, pool, options.acquireTimeoutMs, watch)
  const listeners = new Set<Listener>()

  async function transaction<T>(run: (tx: Transaction) => Promise<T>, given: TransactionOptions = {}): Promise<T> {
    const tries = given.tries ?? defaults.tries
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(run, given)
      } catch (error) {
        if (attempt >= tries || !isUndone(error)) throw error
      }
    }
  }

  async function attemptOnce<T>(run: (tx: Transaction) => Promise<T>, given: TransactionOptions): Promise<T> {
    const lane = await pool.take(options.acquireTimeoutMs)
    const state = { begun: false, abandoned: false, resolved: false }
    // An abandoned transaction keeps its lane until the server has let go.
    const work = runOn(lane, state, run, given, watch).then(
      (result) => {
        pool.give(lane)
        return result
      },
      (error: unknown) => {
        pool.give(lane, error)
        throw toDatabaseError(error, { commitSent: state.resolved })
      },
    )
    return await withDeadlines(work, state, options.acquireTimeoutMs, given.deadlineMs)
  }

  async function query<T>(run: (sql: RawSql) => PromiseLike<T>): Promise<T> {
    const work = Promise.resolve(run(raw)).catch((error: unknown) => {
      throw toDatabaseError(error, { commitSent: true })
    })
    const state = { begun: true, abandoned: false, resolved: true }
    const { acquireTimeoutMs, statementTimeoutMs } = options
    return await withDeadlines(work, state, acquireTimeoutMs, acquireTimeoutMs + statementTimeoutMs)
  }

  return {
    role: options.role,
    drizzle: withDrizzle(Object.assign(raw, { options: template.options }) as unknown as Sql),
    sql: raw,
    query,
    transaction,
    forTenant: (tenantId, run, given) =>
      transaction(async (tx) => {
        await tx.sql`select set_config('app.tenant_id', ${tenantId}, true)`
        return await run(tx)
      }, given),
    async listen(channel, onMessage, given) {
      const url = options.directUrl ?? options.url
      const listener = await listen({ ...clientOptions(options), url }, channel, onMessage, given)
      listeners.add(listener)
      return {
        async close() {
          listeners.delete(listener)
          await listener.close()
        },
      }
    },
    async close() {
      await Promise.all([...listeners].map((listener) => listener.close()))
      await pool.close(closeTimeoutMs)
    },
  }
}

function openClient(options: ConnectOptions, onclose: () => void): Sql {
  return postgres(options.url, { ...clientOptions(options), onclose })
}

function withDrizzle(client: Sql): PostgresJsDatabase {
  const database = drizzle(client)
  passDatesAndJson(client)
  passArrays(client)
  return database
}

// `template` never connects: it builds the statements that then run on whatever lane is free.
function rawOnPool(template: Sql, pool: Pool, acquireTimeoutMs: number, watch: Watch): RawSql {
  return redirect(template, (statement) => {
    pool.take(acquireTimeoutMs).then(
      (lane) => {
        handlerOf(lane.client)(statement)
        watch(lane, statement, (error) => statement.reject(error))
        statement.then(
          () => pool.give(lane),
          (error: unknown) => pool.give(lane, error),
        )
      },
      (error: unknown) => statement.reject(error),
    )
  })
}

async function runOn<T>(
  lane: Lane,
  state: Progress,
  run: (tx: Transaction) => Promise<T>,
  given: TransactionOptions,
  watch: Watch,
): Promise<T> {
  const config = transactionConfig(given)
  const begun = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  // postgres.js' own transaction notices a dropped connection only when its socket closes.
  const silent = Promise.withResolvers<never>()
  const expect = (answer: PromiseLike<unknown>) => watch(lane, answer, silent.reject)
  expect(begun.promise)
  const work = lane.drizzle.transaction(async (tx) => {
    begun.resolve()
    try {
      if (state.abandoned) throw new DatabaseError('busy', 'the caller no longer waits')
      state.begun = true
      if (config !== undefined) await tx.setTransaction(config)
      const result = await run(guarded(tx, lane, expect))
      if (state.abandoned) throw new DatabaseError('unavailable', 'the caller no longer waits')
      if (lane.isClosed) return await neverSettled
      state.resolved = true
      expect(ended.promise)
      return result
    } catch (error) {
      if (lane.isClosed) return await neverSettled
      expect(ended.promise)
      throw error
    }
  })
  return await Promise.race([work, silent.promise]).finally(() => {
    begun.resolve()
    ended.resolve()
  })
}

/** Drops the lane, and tells by `reject`, when an answer on it does not come at all. */
type Watch = (lane: Lane, answer: PromiseLike<unknown>, reject: (error: Error) => void) => void

// What a transaction whose connection is gone ends in: postgres.js has rejected it already, and a result or an error
// would make it send its COMMIT or ROLLBACK to nobody.
const neverSettled = new Promise<never>(() => {})

function clientOptions(options: ConnectOptions) {
  const { role, startupRole, prepare } = options
  return {
    max: 1,
    idle_timeout: 0,
    max_lifetime: null,
    prepare: prepare ?? true,
    connect_timeout: defaults.connectTimeoutMs / 1_000,
    // Nobody awaits the client's own query for array types: a server that dies under it would end our process.
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: options.applicationName,
      TimeZone: 'UTC',
      statement_timeout: options.statementTimeoutMs,
      lock_timeout: options.lockTimeoutMs ?? defaults.lockTimeoutMs,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? defaults.idleInTransactionTimeoutMs,
      // The start-up packet's own parameter rather than `options=-c role=`: it wins over an `options` in the URL.
      ...(startupRole && role !== undefined ? { role: `eventmesh_${role}` } : {}),
    },
  }
}

// drizzle switches the client's handling of dates and JSON off, for raw statements too. Dates come back as `Date` again
// (drizzle takes them as well) and both are accepted as parameters, as objects or as finished text.
function passDatesAndJson(client: Sql): void {
  const { parsers, serializers } = client.options
  const timestamptz = 1184
  const [json, jsonb] = [114, 3802]
  parsers[timestamptz] = (text: string) => new Date(text)
  serializers[timestamptz] = (value: unknown) => (value instanceof Date ? value.toISOString() : value)
  for (const type of [json, jsonb]) {
    serializers[type] = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
  }
}

// The array types in use, by OID of element and array: uuid, text, varchar, cidr, int4.
function passArrays(client: Sql): void {
  const { parsers, serializers } = client.options
  for (const [element, array] of [
    [2950, 2951],
    [25, 1009],
    [1043, 1015],
    [650, 651],
    [23, 1007],
  ] as const) {
    const parse = parsers[element] ?? ((text: string) => text)
    parsers[array] = (text: string) => parsePgArray(text).map(parse)
    serializers[array] = (value: unknown) => (Array.isArray(value) ? makePgArray(value) : value)
  }
}

function transactionConfig({ isolation, readOnly }: TransactionOptions) {
  // drizzle would send a SET TRANSACTION without a word behind it.
  if (isolation === undefined && readOnly === undefined) return undefined
  return {
    ...(isolation === undefined ? {} : { isolationLevel: isolation }),
    ...(readOnly === undefined ? {} : { accessMode: readOnly ? ('read only' as const) : ('read write' as const) }),
  }
}

// drizzle keeps the connection it runs on to itself. Statements that come after it was lost are refused here.
function guarded(tx: DrizzleTransaction, lane: Lane, expect: (answer: PromiseLike<unknown>) => void): Transaction {
  const { session } = tx as unknown as { session: { client: TransactionSql } }
  const sql = redirect(session.client, (statement, handler) => {
    if (lane.isClosed) statement.reject(new DatabaseError('unavailable', 'the connection of this transaction was lost'))
    else {
      handler(statement)
      expect(statement)
    }
  })
  session.client = sql as unknown as TransactionSql
  return Object.assign(tx, { sql })
}

function isUndone(error: unknown): boolean {
  return error instanceof DatabaseError && (error.sqlState === '40001' || error.sqlState === '40P01')
}

type Progress = { begun: boolean; abandoned: boolean; resolved: boolean }

// Two clocks of our own: postgres.js queues without a bound, and a stopped server answers nothing at all.
async function withDeadlines<T>(work: Promise<T>, state: Progress, acquireMs: number, deadlineMs?: number): Promise<T> {
  let acquire: NodeJS.Timeout | undefined
  let total: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    acquire = setTimeout(() => {
      if (state.begun) return
      state.abandoned = true
      reject(new DatabaseError('busy', `no transaction could begin within ${acquireMs} ms`))
    }, acquireMs)
    if (deadlineMs === undefined) return
    total = setTimeout(() => {
      state.abandoned = true
      const facts = { mayHaveCommitted: state.resolved }
      reject(new DatabaseError('unavailable', `the database did not answer within ${deadlineMs} ms`, facts))
    }, deadlineMs)
  })
  work.catch(() => {
    // Already answered by a deadline; the race below reports every other failure.
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(acquire)
    clearTimeout(total)
  }
}
