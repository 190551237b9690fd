import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { freePort } from '../parts/ports.ts'
import { onFirstCore, type Parts } from './parts.ts'

/** What the image (Dockerfile) gives Node, here to every program that is measured. */
const imageNodeOptions = '--max-semi-space-size=16'

/** A process that takes events, alone on the first core. */
export type Subject = { readonly pid: number; readonly port: number; close(): Promise<void> }

/** As in production: the bundle, its log at `info` and read by another process; rates that the load does not reach. */
export async function startIngest(
  parts: Parts,
  log: 'kafka' | 'postgres',
  nodeOptions: readonly string[] = [],
): Promise<Subject> {
  const port = await freePort()
  const many = String(10_000_000)
  const storage =
    log === 'kafka'
      ? { KAFKA_BROKERS: parts.brokers, REDIS_URL: parts.redis.url }
      : { EVENTMESH_LOG: 'postgres', REDIS_URL: '' }
  const child = start([...nodeOptions, parts.bundle], {
    INGEST_DATABASE_URL: parts.urls.ingest,
    DATABASE_URL: parts.urls.migrator,
    EVENTMESH_DURABILITY: 'dev',
    EVENTMESH_SECRET_KEY: parts.secretKey,
    INGEST_PORT: String(port),
    INGEST_ADMIN_PORT: '0',
    INGEST_TENANT_RATE: many,
    INGEST_TENANT_BURST: many,
    INGEST_KEY_RATE: many,
    INGEST_KEY_BURST: many,
    DRAIN_DELAY: '0',
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
    ...storage,
  })
  return await ready(child, port)
}

/** The framework alone. */
export async function startBare(): Promise<Subject> {
  const port = await freePort()
  return await ready(start([join(import.meta.dirname, 'bare-hono.ts')], { PORT: String(port) }), port)
}

/** `SET NX` and one send per request. */
export async function startObvious(parts: Parts): Promise<Subject> {
  const port = await freePort()
  const environment = {
    PORT: String(port),
    REDIS_URL: parts.redis.url,
    KAFKA_BROKERS: parts.brokers,
    TOPIC: 'eventmesh.events',
  }
  return await ready(start([join(import.meta.dirname, 'obvious.ts')], environment), port)
}

function start(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  const [program, ...before] = onFirstCore
  // Somebody has to read the log, as a container's runtime does.
  const reader = spawn('cat', [], { stdio: ['pipe', 'ignore', 'inherit'] })
  const child = spawn(program, [...before, ...args], {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', NODE_OPTIONS: imageNodeOptions, ...environment },
    stdio: ['ignore', reader.stdin, 'inherit'],
  })
  child.once('exit', () => reader.stdin.destroy())
  const lastResort = (): void => void child.kill('SIGKILL')
  process.once('exit', lastResort)
  child.once('exit', () => process.off('exit', lastResort))
  return child
}

async function ready(child: ChildProcess, port: number): Promise<Subject> {
  for (const end = performance.now() + 30_000; ; ) {
    if (child.exitCode !== null) throw new Error(`the process that was to be measured ended with ${child.exitCode}`)
    const answers = await fetch(`http://127.0.0.1:${port}/livez`).then(
      () => true,
      () => false,
    )
    if (answers) break
    if (performance.now() > end) throw new Error('the process that is to be measured did not start within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    pid: child.pid!,
    port,
    async close() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}
