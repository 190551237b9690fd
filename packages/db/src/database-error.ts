import { DrizzleQueryError } from 'drizzle-orm'
import { PgPreparedQuery } from 'drizzle-orm/pg-core'
import postgres from 'postgres'

/**
 * What a caller may know of a database fault. It never holds a statement's parameters nor a row's values: Postgres puts
 * those into `detail`, drizzle into the message, and both would end in a log.
 *
 * - `busy`: no connection was free within the acquire deadline; nothing was run.
 * - `unavailable`: the server is not there, is going down, is read-only or did not answer in time.
 * - `conflict`: serialization failure, deadlock or lock timeout; the transaction is certainly undone.
 * - `refused`: a constraint, a policy or a grant said no.
 * - `failed`: everything else (a statement timeout, a broken query).
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly kind: DatabaseErrorKind
  /** SQLSTATE of five characters, when the server said it. */
  readonly sqlState: string | undefined
  readonly constraint: string | undefined
  readonly table: string | undefined
  /** The commit was sent and its answer never came: the transaction may be durable. */
  readonly mayHaveCommitted: boolean

  constructor(
    kind: DatabaseErrorKind,
    message: string,
    facts: { sqlState?: string; constraint?: string; table?: string; mayHaveCommitted?: boolean } = {},
  ) {
    super(message)
    this.kind = kind
    this.sqlState = facts.sqlState
    this.constraint = facts.constraint
    this.table = facts.table
    this.mayHaveCommitted = facts.mayHaveCommitted ?? false
  }
}

export type DatabaseErrorKind = 'busy' | 'unavailable' | 'conflict' | 'refused' | 'failed'

/** Turns a fault of the driver into a `DatabaseError`; what is not one comes back as it was. */
export function toDatabaseError(error: unknown, options: { commitSent?: boolean } = {}): unknown {
  const cause = error instanceof DrizzleQueryError ? error.cause : error
  const mayHaveCommitted = options.commitSent ?? false
  if (cause instanceof postgres.PostgresError) return fromServer(cause, mayHaveCommitted)
  if (isConnectionFault(cause)) {
    return new DatabaseError('unavailable', `no connection to the database (${cause.code})`, { mayHaveCommitted })
  }
  return cause
}

/** Whether the connection itself failed, so that nothing more can be said on it. */
export function isConnectionFault(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && connectionCodes.has(String(error.code))
}

// Raised by node and postgres.js about the connection itself, never by the server.
const connectionCodes = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function fromServer(error: postgres.PostgresError, commitSent: boolean): DatabaseError {
  const kind = kindOf(error.code)
  return new DatabaseError(kind, `postgres ${error.code}: ${safeMessage(error)}`, {
    sqlState: error.code,
    ...(error.constraint_name === undefined ? {} : { constraint: error.constraint_name }),
    ...(error.table_name === undefined ? {} : { table: error.table_name }),
    mayHaveCommitted: commitSent && kind === 'unavailable',
  })
}

// SQLSTATE classes, PostgreSQL documentation, appendix A.
function kindOf(sqlState: string): DatabaseErrorKind {
  if (sqlState === '40001' || sqlState === '40P01' || sqlState === '55P03') return 'conflict'
  if (sqlState === '25006' || sqlState.startsWith('08') || sqlState.startsWith('53')) return 'unavailable'
  if (sqlState.startsWith('57P') || sqlState === '25P03') return 'unavailable'
  if (sqlState.startsWith('23') || sqlState === '42501') return 'refused'
  return 'failed'
}

// Data exceptions (class 22) and raised ones (P0) quote the value in their message; the others name objects only.
function safeMessage(error: postgres.PostgresError): string {
  if (error.code.startsWith('22')) return error.message.split(/[:"]/, 1)[0]!.trim()
  return error.message
}

/**
 * drizzle 0.45 builds every error's message from the statement's parameters before anybody can catch it, and has no hook
 * for it. All of its queries pass this one method, so it is replaced: the driver's own error goes through.
 */
export function keepParametersOutOfErrors(): void {
  const prototype = PgPreparedQuery.prototype as unknown as QueryHook
  prototype.queryWithCache = async (_statement, _parameters, run) => await run()
}

type QueryHook = {
  queryWithCache(statement: string, parameters: unknown[], run: () => Promise<unknown>): Promise<unknown>
}
