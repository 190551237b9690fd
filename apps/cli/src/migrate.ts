import { migrate } from '@eventmesh/db'
import { findDatabase } from './connection.ts'
import { explain } from './explain.ts'

// `npm run migrate`: brings the database to the newest schema; repeatable, safe to run twice at once.
try {
  const { url } = await findDatabase(process.env)
  const { applied } = await migrate({ url, log: (line) => process.stderr.write(`migrate: ${line}\n`) })
  process.stdout.write(applied.length === 0 ? 'the schema is up to date\n' : `${applied.length} migrations applied\n`)
} catch (error) {
  process.stderr.write(`migrate: ${explain(error)}\n`)
  process.exitCode = 1
}
