import 'server-only'
import { connect, type Database } from '@eventmesh/db'
import { config } from './config.ts'

// On the process, not the module: the development server loads modules anew, the bundler may copy them.
const place = globalThis as typeof globalThis & { eventmeshDatabase?: Database }

/** One pool per process, as role `eventmesh_console`. */
export function database(): Database {
  if (place.eventmeshDatabase === undefined) {
    const { databaseUrl, databaseDirectUrl, needsStartupRole } = config()
    place.eventmeshDatabase = connect({
      url: databaseUrl,
      ...(databaseDirectUrl === undefined ? {} : { directUrl: databaseDirectUrl }),
      role: 'console',
      startupRole: needsStartupRole,
      max: 10,
      acquireTimeoutMs: 2_000,
      statementTimeoutMs: 5_000,
      applicationName: 'eventmesh-console',
    })
  }
  return place.eventmeshDatabase
}
