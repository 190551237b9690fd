import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'

export type ChildOptions = {
  readonly name: string
  readonly script: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where its admin listener says whether it is ready. */
  readonly readyUrl: string
  readonly say: (line: string) => void
  /** The process is another one from now on. */
  readonly onRestart: () => void
}

export type Child = {
  readonly name: string
  pid(): number | undefined
  /** Resolves when it can serve; rejects when it refuses to start. */
  readonly ready: Promise<void>
  /** Drains it; false when it had to be killed or ended with another code than 0. */
  stop(): Promise<boolean>
  kill(): void
}

const restartDelayMsMax = 5_000
/** A process that lived this long starts over with the shortest delay. */
const stableMs = 30_000
/** Its own drain takes 20 s at most. */
const stopDeadlineMs = 25_000

/** Keeps one of our processes running: a copy that dies is replaced, a little later each time. */
export function superviseChild(options: ChildOptions): Child {
  const { name, say } = options
  const start = () => {
    // Its own process group: the terminal's Ctrl-C reaches only the supervisor, which stops its parts in order.
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', options.script], {
      env: options.environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    })
    child.on('error', (error) => say(`${name} could not be started: ${error.message}`))
    return child
  }

  const ended = Promise.withResolvers<void>()
  const refused = Promise.withResolvers<never>()
  let current = start()
  let isReady = false
  let isStopping = false

  const ready = Promise.race([untilReady(), refused.promise])
  // Whoever waits for it hears of a refusal; until somebody does, it is not an unhandled one.
  ready.catch(() => undefined)
  void keepRunning()
  return {
    name,
    pid: () => (isRunning(current) ? current.pid : undefined),
    ready,
    stop,
    kill: () => {
      isStopping = true
      current.kill('SIGKILL')
    },
  }

  async function keepRunning() {
    let delayMs = 100
    for (;;) {
      const startedAt = Date.now()
      const { code, signal } = await exit(current)
      if (isStopping) break
      if (!isReady && code !== null) {
        refused.reject(new Error(`${name} did not start (exit ${code}); the line above says why`))
        break
      }
      if (Date.now() - startedAt > stableMs) delayMs = 100
      say(`${name} ended (${signal ?? `exit ${code}`}); starting it again in ${delayMs} ms`)
      await pause(delayMs)
      delayMs = Math.min(delayMs * 2, restartDelayMsMax)
      if (isStopping) break
      current = start()
      options.onRestart()
    }
    ended.resolve()
  }

  async function untilReady() {
    for (let nextWordAt = Date.now() + 10_000; !isStopping; await pause(25)) {
      if (await isOk(options.readyUrl)) break
      if (Date.now() < nextWordAt) continue
      say(`still waiting for ${name}${await missing(options.readyUrl)}`)
      nextWordAt = Date.now() + 10_000
    }
    isReady = true
  }

  async function stop() {
    isStopping = true
    if (!isRunning(current)) return true
    const exited = exit(current)
    current.kill('SIGTERM')
    const deadline = setTimeout(() => current.kill('SIGKILL'), stopDeadlineMs)
    const { code } = await exited
    clearTimeout(deadline)
    await ended.promise
    return code === 0
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

function exit(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
  }
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: 1, signal: null })
    })
  })
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.arrayBuffer()
      return response.ok
    },
    () => false,
  )
}

/** What it says it lacks, for the person who waits. */
async function missing(readyUrl: string): Promise<string> {
  try {
    const readiness: unknown = await (await fetch(`${readyUrl}?verbose`, { signal: AbortSignal.timeout(2_000) })).json()
    if (typeof readiness !== 'object' || readiness === null || !('parts' in readiness)) return ''
    const parts = readiness.parts as readonly { name: string; ok: boolean; detail: string }[]
    return parts
      .filter(({ ok }) => !ok)
      .map(({ name, detail }) => `; ${name}: ${detail}`)
      .join('')
  } catch {
    // It does not listen yet, which is all there is to say.
    return ''
  }
}
