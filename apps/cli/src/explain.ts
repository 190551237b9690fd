import { DatabaseError } from '@eventmesh/db'
import { MeshError } from '@eventmesh/envelope'
import { CommandError } from './usage.ts'

const waysOut: readonly (readonly [code: string, wayOut: string])[] = [
  ['ECONNREFUSED', 'the database refuses connections; is it running, and is DATABASE_URL right?'],
  ['ENOTFOUND', "the database's host name is not known; is DATABASE_URL right?"],
  ['CONNECT_TIMEOUT', 'the database does not answer; is DATABASE_URL right?'],
  ['28P01', 'the database refuses the password in DATABASE_URL'],
  ['28000', 'the database refuses the user in DATABASE_URL'],
  ['3D000', 'the database named in DATABASE_URL does not exist'],
  ['42P01', 'the database has no EventMesh schema yet, or an older one; run: npm run migrate'],
  ['42703', 'the database has an older EventMesh schema; run: npm run migrate'],
  ['22023', 'the database does not have the roles of EventMesh yet; run: npm run migrate'],
]

/** One line for the operator. What a driver reports may hold statements, parameters or addresses, so only its code is told. */
export function explain(error: unknown): string {
  if (error instanceof CommandError || error instanceof MeshError) return error.message
  const code = codeOf(error)
  const wayOut = waysOut.find(([known]) => known === code)?.[1]
  if (wayOut !== undefined) return wayOut
  if (error instanceof DatabaseError) {
    return error.kind === 'unavailable' ? `${error.message}; is it running, and is DATABASE_URL right?` : error.message
  }
  if (code !== undefined) return `the database or the system reported ${code}`
  // Without a code it was thrown by our own code, in words that are meant to be read.
  return error instanceof Error ? error.message : 'unexpected error'
}

/** The first code along the causes: a query builder wraps the driver's error. */
function codeOf(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseError && cause.sqlState !== undefined) return cause.sqlState
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return undefined
}
