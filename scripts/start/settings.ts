import { resolve } from 'node:path'
import { readEnvironment } from '@eventmesh/runtime'
import { consoleVariables } from '../../apps/console/src/server/config.ts'
import { engineVariables } from '../../apps/engine/src/config.ts'
import { ingestVariables } from '../../apps/ingest/src/config.ts'
import type { ProcessName, StartOptions } from './options.ts'
import type { PortUse } from './ports.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type Settings = {
  readonly only: readonly ProcessName[]
  readonly isDemo: boolean
  /** What the processes get; their storage is added once it is there. */
  readonly environment: Environment
  /** Absolute. */
  readonly dataDir: string
  readonly ingestUrl: string
  readonly consoleUrl: string
  readonly ports: readonly PortUse[]
  readonly readyUrls: Readonly<Record<ProcessName, string>>
}

/** Throws with one line per variable that the processes would refuse. */
export function readSettings({ only, portBase, isDemo }: StartOptions, given: Environment): Settings {
  const environment = {
    ...given,
    INGEST_PORT: given.INGEST_PORT || String(portBase),
    CONSOLE_PORT: given.CONSOLE_PORT || String(portBase + 1),
    INGEST_ADMIN_PORT: given.INGEST_ADMIN_PORT || String(portBase + 10),
    ENGINE_ADMIN_PORT: given.ENGINE_ADMIN_PORT || String(portBase + 12),
    EVENTMESH_DURABILITY: 'dev',
    DRAIN_DELAY: given.DRAIN_DELAY || '0',
  }
  const read = readEnvironment({ ...consoleVariables, ...engineVariables, ...ingestVariables }, environment)
  if (!read.ok) throw new Error(read.problems.join('\n'))

  const values = read.values
  const dataDir = resolve(values.EVENTMESH_DATA_DIR)
  const ingest = { variable: 'INGEST_PORT', host: values.HOST, port: values.INGEST_PORT }
  const console = { variable: 'CONSOLE_PORT', host: values.HOST, port: values.CONSOLE_PORT }
  const ingestAdmin = { variable: 'INGEST_ADMIN_PORT', host: values.ADMIN_HOST, port: values.INGEST_ADMIN_PORT }
  const engineAdmin = { variable: 'ENGINE_ADMIN_PORT', host: values.ADMIN_HOST, port: values.ENGINE_ADMIN_PORT }
  return {
    only,
    isDemo,
    environment: { ...environment, EVENTMESH_DATA_DIR: dataDir },
    dataDir,
    ingestUrl: values.EVENTMESH_INGEST_URL ?? `http://localhost:${ingest.port}`,
    consoleUrl: values.EVENTMESH_CONSOLE_URL ?? `http://localhost:${console.port}`,
    ports: only.flatMap((name) => ({ ingest: [ingest, ingestAdmin], engine: [engineAdmin], console: [console] })[name]),
    readyUrls: { ingest: readyUrl(ingestAdmin), engine: readyUrl(engineAdmin), console: readyUrl(console) },
  }
}

/** An address that listens everywhere is asked on this machine. */
function readyUrl({ host, port }: PortUse): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  return `http://${reachable}:${port}/readyz`
}
