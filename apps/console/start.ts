import { createLogger, loadEnvironment, runProcess } from '@eventmesh/runtime'
import { consoleVariables } from './src/server/config.ts'
import { buildIfStale, newestMigration } from './start/build.ts'
import { serveConsole } from './start/serve.ts'

// The console as one process, from its sources: builds what is missing or stale first.

const values = loadEnvironment('console', consoleVariables, process.env)

runProcess('console', async () => {
  const logger = createLogger({ process: 'console', level: values.LOG_LEVEL, format: values.LOG_FORMAT })
  const directory = await buildIfStale((line) => logger.info({}, line))
  return await serveConsole({ values, logger, directory, newestMigration: newestMigration() })
})
