import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from './ports.ts'
import { startReaper } from './reaper.mjs'

export type RedisServer = {
  readonly port: number
  readonly url: string
  readonly address: string
  readonly pid: number
  kill(): Promise<void>
  freeze(): void
  thaw(): void
  /** Starts it again on the same port, with an empty memory. */
  start(): Promise<void>
  /** Runs one command on a connection of its own; answers Redis' raw reply. */
  command(...words: readonly string[]): Promise<string>
  close(): Promise<void>
}

/** A real `redis-server` on a free port of loopback, without persistence; `settings` are its own, by name. */
export async function startRedis(settings: Readonly<Record<string, string>> = {}): Promise<RedisServer> {
  const binary = findRedis()
  if (binary === undefined) throw new Error('no redis-server on this machine')
  const port = await freePorts(1)
  const dir = mkdtempSync(join(tmpdir(), 'eventmesh-redis-'))
  const reaper = startReaper(`127.0.0.1:${port}`)
  let child: ChildProcess | undefined
  const isRunning = (): boolean => child !== undefined && child.exitCode === null && child.signalCode === null

  async function start(): Promise<void> {
    if (isRunning()) return
    const given = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir, ...settings }
    const args = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value])
    child = spawn(binary!.path, args, { stdio: 'ignore', argv0: 'redis-server' })
    reaper.watch(child.pid!)
    await untilAnswers(port)
  }
  async function kill(): Promise<void> {
    child?.kill('SIGKILL')
    if (child !== undefined && isRunning()) await once(child, 'exit')
  }
  const lastResort = (): void => void child?.kill('SIGKILL')

  await start()
  process.once('exit', lastResort)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    address: `127.0.0.1:${port}`,
    get pid() {
      return child!.pid!
    },
    kill,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    start,
    command: (...words) => exchange(port, words, 2_000),
    async close() {
      process.off('exit', lastResort)
      await kill()
      reaper.end()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/**
 * Where the server is: in the PATH, or the same program under the name that Debian's `redis-tools` gives it, which brings
 * no service along. Installs that package where it is missing and this user may.
 */
export function findRedis(): { readonly path: string } | undefined {
  const present = presentRedis()
  if (present !== undefined || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return present
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore', env, timeout: 120_000 })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-tools'], {
    stdio: 'ignore',
    env,
    timeout: 120_000,
  })
  return presentRedis()
}

function presentRedis(): { readonly path: string } | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/local/bin', '/usr/bin']
  for (const name of ['redis-server', 'redis-check-rdb']) {
    const folder = folders.find((each) => each !== '' && existsSync(join(each, name)))
    if (folder !== undefined) return { path: join(folder, name) }
  }
  return undefined
}

async function untilAnswers(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    if (await answersPing(port)) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`redis-server on port ${port} did not answer within 10 s`)
}

async function answersPing(port: number): Promise<boolean> {
  const reply = await exchange(port, ['PING'], 500).catch(() => '')
  return reply.startsWith('+PONG')
}

/** One request in RESP; the reply is taken as whole when it has stopped for a moment. */
function exchange(port: number, words: readonly string[], timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = ''
    const request = [`*${words.length}`, ...words.flatMap((word) => [`$${Buffer.byteLength(word)}`, word]), ''].join(
      '\r\n',
    )
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(request))
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`redis did not answer within ${timeoutMs} ms`)))
    socket.on('error', reject)
    socket.on('data', (chunk) => {
      reply += chunk.toString()
      socket.end()
    })
    socket.on('end', () => resolve(reply))
  })
}
