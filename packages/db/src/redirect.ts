import type { ISql, Sql, TransactionSql } from 'postgres'

/** postgres.js' statements without its pool's other doors (`begin`, `listen`, `reserve`). */
export type RawSql = ISql<Record<string, never>>

/** A postgres.js statement: built at once, handed to its handler when somebody waits for it. */
export type Statement = PromiseLike<unknown> & {
  handler: (statement: Statement) => void
  reject(error: unknown): void
}

/**
 * `source` with another way for its statements to be executed: `execute` gets each one with the handler that `source`
 * would have used. The handler is an own property of every statement in postgres.js 3.4.9.
 */
export function redirect(
  source: Sql | TransactionSql,
  execute: (statement: Statement, handler: Statement['handler']) => void,
): RawSql {
  const through = (built: unknown) => {
    if (!isStatement(built)) return built
    const { handler } = built
    built.handler = (statement) => execute(statement, handler)
    return built
  }
  const call = (first: never, ...rest: never[]) => through(source(first, ...rest))
  const { typed, types, array, json } = source
  return Object.assign(call, {
    typed,
    types,
    array,
    json,
    unsafe: (...given: Parameters<RawSql['unsafe']>) => through(source.unsafe(...given)),
    file: (...given: Parameters<RawSql['file']>) => through(source.file(...given)),
    notify: source.notify,
  }) as unknown as RawSql
}

/** How a client executes its statements; building one executes nothing. */
export function handlerOf(client: Sql): Statement['handler'] {
  const statement: unknown = client`select`
  if (!isStatement(statement)) throw new Error('postgres.js builds statements of another kind than 3.4.9 does')
  return statement.handler
}

function isStatement(value: unknown): value is Statement {
  return value instanceof Promise && 'handler' in value && typeof value.handler === 'function'
}
