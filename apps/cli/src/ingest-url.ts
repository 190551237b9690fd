import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dataDirectory } from './connection.ts'
import { CommandError } from './usage.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Ingest's public address as senders see it: the variable's, else where `npm start` put it, else this machine's. */
export function ingestUrl(environment: Environment): string {
  const url = environment.EVENTMESH_INGEST_URL
  if (url) {
    if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url
    throw new CommandError('EVENTMESH_INGEST_URL must be a URL that begins with http:// or https://')
  }
  if (environment.INGEST_PORT) return `http://localhost:${environment.INGEST_PORT}`
  return startedUrl(environment) ?? 'http://localhost:4000'
}

function startedUrl(environment: Environment): string | undefined {
  try {
    const run: unknown = JSON.parse(readFileSync(join(dataDirectory(environment), 'first-run.json'), 'utf8'))
    return typeof run === 'object' && run !== null && 'ingestUrl' in run && typeof run.ingestUrl === 'string'
      ? run.ingestUrl
      : undefined
  } catch {
    // Nothing was started from this directory.
    return undefined
  }
}
