import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger, loadEnvironment, runProcess } from '@eventmesh/runtime'
import { consoleVariables } from '../src/server/config.ts'
import { serveConsole } from './serve.ts'

// The console as one process, from what `scripts/bundle.ts` laid beside this bundle: `console/` and `migrations/`.

const values = loadEnvironment('console', consoleVariables, process.env)

runProcess('console', async () => {
  const logger = createLogger({ process: 'console', level: values.LOG_LEVEL, format: values.LOG_FORMAT })
  const newestMigration =
    readdirSync(join(import.meta.dirname, 'migrations'))
      .sort()
      .at(-1) ?? ''
  const directory = join(import.meta.dirname, 'console', 'apps', 'console')
  return await serveConsole({ values, logger, directory, newestMigration })
})
