import 'server-only'
import { isMigratedTo } from '@eventmesh/db'
import { config } from './config.ts'
import { database } from './database.ts'
import { log } from './logger.ts'

/** The database answers, and has the newest migration that this console knows. */
export async function isReady(): Promise<boolean> {
  try {
    return await isMigratedTo(database(), config().newestMigration)
  } catch (error) {
    log().warn({ error, route: '/readyz' }, 'not ready')
    return false
  }
}
