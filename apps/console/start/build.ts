import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const consoleDirectory = fileURLToPath(new URL('..', import.meta.url))
const house = fileURLToPath(new URL('../../..', import.meta.url))
/** Where the server stands in a build's directory. */
export const pathInBuild = relative(house, consoleDirectory)
const output = join(consoleDirectory, '.next')
/** A directory per build, so that a newer one never takes the files away under a console that runs. */
const built = join(consoleDirectory, '.built')
const buildsKept = 3

/**
 * Answers the directory of the standalone server of these very sources, which is built first where it is missing. Works
 * offline. Throws when the build fails.
 */
export async function buildIfStale(say: (line: string) => void): Promise<string> {
  const home = join(built, stampOfSources())
  const server = join(home, pathInBuild)
  const isBuilt = () => existsSync(join(server, 'server.js'))
  if (isBuilt()) return server
  if (!existsSync(join(consoleDirectory, 'src'))) {
    throw new Error('the console is not built, and its sources are not here')
  }
  const startedAt = Date.now()
  say('building the console, which takes a minute the first time')
  while (!isBuilt() && (await runBuild()) === 'somebody_else_builds') await pause(1_000)
  if (!isBuilt()) {
    // The standalone server expects its static files beside it and copies them nowhere itself.
    const fresh = join(output, 'standalone')
    cpSync(join(output, 'static'), join(fresh, pathInBuild, '.next', 'static'), {
      recursive: true,
    })
    mkdirSync(built, { recursive: true })
    rmSync(home, { recursive: true, force: true })
    renameSync(fresh, home)
    removeOldBuilds()
  }
  say(`built the console in ${((Date.now() - startedAt) / 1_000).toFixed(0)} s`)
  return server
}

function removeOldBuilds(): void {
  const newestFirst = readdirSync(built)
    .map((name) => join(built, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const old of newestFirst.slice(buildsKept)) rmSync(old, { recursive: true, force: true })
}

export function newestMigration(): string {
  return (
    readdirSync(join(house, 'packages/db/migrations'))
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .at(-1) ?? ''
  )
}

const sources = [
  'apps/console/src',
  'apps/console/next.config.ts',
  'apps/console/postcss.config.mjs',
  'apps/console/package.json',
  'packages/db/src',
  'packages/envelope/src',
  'packages/providers/src',
  'packages/runtime/src',
  'pnpm-lock.yaml',
]

function stampOfSources(): string {
  const hash = createHash('sha256').update(process.version)
  for (const source of sources) {
    const path = join(house, source)
    const files = /\.\w+$/.test(source)
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort()
    for (const file of files) if (existsSync(file)) hash.update(relative(house, file)).update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 16)
}

function runBuild(): Promise<'done' | 'somebody_else_builds'> {
  const next = createRequire(join(consoleDirectory, 'package.json')).resolve('next/dist/bin/next')
  const child = spawn(process.execPath, [next, 'build'], {
    cwd: consoleDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...withoutSecrets(process.env),
      NODE_ENV: 'production',
      NEXT_TELEMETRY_DISABLED: '1',
      // One for all replicas of an image; without one each build has its own.
      NEXT_SERVER_ACTIONS_ENCRYPTION_KEY:
        process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY || randomBytes(32).toString('base64'),
    },
  })
  const tail: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail.push(text)
      if (tail.length > 200) tail.shift()
    })
  }
  let isStopped = false
  const stop = () => {
    isStopped = true
    child.kill('SIGTERM')
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      for (const each of ['SIGTERM', 'SIGINT'] as const) process.removeListener(each, stop)
      // Asked to end before it began: nothing is open, so this is an orderly end.
      if (isStopped) process.exit(0)
      if (code === 0) resolve('done')
      else if (/another next build/i.test(tail.join(''))) resolve('somebody_else_builds')
      else
        reject(
          new Error(`the build of the console ended with ${signal ?? `exit ${code}`}\n${tail.join('').slice(-4_000)}`),
        )
    })
  })
}

function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/DATABASE|SECRET|PASSWORD|TOKEN|REDIS|KAFKA/.test(name)),
  ) as NodeJS.ProcessEnv
}
