import { migrate } from '@eventmesh/db'
import { findDatabase, withDatabase } from './connection.ts'
import { explain } from './explain.ts'
import { publishMasterKey, readMasterKeys } from './master-key.ts'

// `npm run migrate`: brings the database to the newest schema and tells it the public half of the master key; repeatable,
// safe to run twice at once.
try {
  const { url } = await findDatabase(process.env)
  const keys = await readMasterKeys(process.env)
  const { applied } = await migrate({ url, log: (line) => process.stderr.write(`migrate: ${line}\n`) })
  const next = await withDatabase(process.env, (db) => publishMasterKey(db, keys))
  if (next !== undefined) process.stderr.write(`migrate: ${next}\n`)
  process.stdout.write(applied.length === 0 ? 'the schema is up to date\n' : `${applied.length} migrations applied\n`)
} catch (error) {
  process.stderr.write(`migrate: ${explain(error)}\n`)
  process.exitCode = 1
}
