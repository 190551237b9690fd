/** What a failed statement proves about its effect. */
export type StatementFault = {
  /** `undone`: certainly without effect. `unknown`: it may have been committed, or may still be. */
  readonly effect: 'undone' | 'unknown'
  /** The server was out of reach, busy, or not yet a primary: the same statement may pass a moment later. */
  readonly isPassing: boolean
  /** SQLSTATE, or the driver's or system's code. Never a message: those quote values. */
  readonly code: string
}

/**
 * Reads postgres.js' errors. An ERROR from the server has rolled the statement back: after the commit record is written
 * Postgres raises only warnings, FATAL and PANIC. What failed while connecting was never sent. Everything else (a
 * connection cut while the statement ran, a FATAL, a fault of the driver while reading the answer) proves nothing.
 */
export function statementFault(error: unknown): StatementFault {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return { effect: 'unknown', isPassing: true, code: error instanceof Error ? error.name : 'unknown' }
  }
  const code = error.code
  const undone =
    error.name === 'PostgresError' ? isError(error) || refusesConnections.has(code) : isNeverSent(error, code)
  const isPassing = error.name !== 'PostgresError' || passing.test(code)
  return { effect: undone ? 'undone' : 'unknown', isPassing, code }
}

// SQLSTATE: connection, serialization and deadlock, resources, locks, an operator's hand or a timeout; a read-only
// standby. PostgreSQL documentation, appendix A.
const passing = /^(?:08|40|53|55|57|25006)/

const isError = (error: object) => 'severity' in error && error.severity === 'ERROR'

// FATAL, but said only to a connection that has not run anything: starting up, too many, no such user or database.
const refusesConnections = new Set(['57P03', '53300', '28000', '28P01', '3D000'])

const isNeverSent = (error: object, code: string) =>
  code === 'CONNECT_TIMEOUT' ||
  code === 'CONNECTION_ENDED' ||
  ('syscall' in error && (error.syscall === 'connect' || error.syscall === 'getaddrinfo'))
