import 'server-only'
import { createLogger, type Logger } from '@eventmesh/runtime'
import { config } from './config.ts'

let logger: Logger | undefined

export function log(): Logger {
  logger ??= createLogger({ process: 'console', level: config().logLevel, format: config().logFormat })
  return logger
}
