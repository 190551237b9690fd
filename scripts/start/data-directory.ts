import { randomBytes } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** The line that says why the directory cannot be used, or undefined when it is there and writable. */
export function directoryProblem(directory: string): string | undefined {
  try {
    // Open to enter: as root, Postgres runs as another user. What is secret in it has its own mode.
    mkdirSync(directory, { recursive: true, mode: 0o755 })
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    // As root `access` says yes to a read-only file system too.
    const probe = join(directory, `.probe-${process.pid}`)
    writeFileSync(probe, '')
    rmSync(probe)
    return undefined
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return `EVENTMESH_DATA_DIR: ${directory} cannot be written (${code}); set EVENTMESH_DATA_DIR to a directory of yours`
  }
}

export type DirectoryLock = {
  /** Processes of an earlier start that was killed and that may still be draining. */
  readonly leftOver: readonly number[]
  /** Keeps on file which processes belong to this start. */
  record(children: readonly number[]): void
  release(): void
}

type Holder = { readonly pid: number; readonly children: readonly number[] }

/** One `npm start` per data directory: the lock, or the pid of the one that has it. */
export function lockDirectory(directory: string): DirectoryLock | { readonly heldBy: number } {
  const file = join(directory, 'start.lock')
  const next = `${file}.${process.pid}`
  const write = (children: readonly number[]) =>
    writeFileSync(next, JSON.stringify({ pid: process.pid, children }), { mode: 0o600 })

  const before = readHolder(file)
  if (before && isStart(before.pid)) return { heldBy: before.pid }
  if (existsSync(file)) {
    const stale = `${next}.stale`
    moveAway(file, stale)
    // Another start may have replaced the stale lock in this moment; then it is that one's.
    const moved = readHolder(stale)
    if (moved && isStart(moved.pid)) renameSync(stale, file)
    else rmSync(stale, { force: true })
  }
  write([])
  try {
    // A link fails when the file exists: of two starts at once only one gets it.
    linkSync(next, file)
  } catch {
    return { heldBy: readHolder(file)?.pid ?? 0 }
  } finally {
    rmSync(next, { force: true })
  }
  return {
    leftOver: before?.children ?? [],
    record: (children) => {
      write(children)
      renameSync(next, file)
    },
    release: () => rmSync(file, { force: true }),
  }
}

function moveAway(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Already gone: another start moved it.
  }
}

function readHolder(file: string): Holder | undefined {
  if (!existsSync(file)) return undefined
  try {
    const holder: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof holder !== 'object' || holder === null || !('pid' in holder) || !('children' in holder)) return undefined
    if (typeof holder.pid !== 'number' || !Array.isArray(holder.children)) return undefined
    return { pid: holder.pid, children: holder.children.filter((pid) => typeof pid === 'number') }
  } catch {
    // Half a file of a machine that went down: nobody holds it.
    return undefined
  }
}

function isStart(pid: number): boolean {
  return pid !== process.pid && runs(pid, 'scripts/start.ts')
}

/** A pid may have gone to another program since: where the system tells a command line, that decides. */
function runs(pid: number, script: string): boolean {
  if (!isAlive(pid)) return false
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(script)
  } catch {
    // No /proc here, or the process ended just now.
    return !existsSync('/proc/self') && isAlive(pid)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Their drain takes 20 s at most. */
const leftOverDeadlineMs = 25_000

/** The processes of a start that was killed drain by themselves; they hold ports and connections until then. */
export async function waitForLeftOver(pids: readonly number[], say: (line: string) => void): Promise<void> {
  const isOurs = (pid: number) => runs(pid, '/src/main.ts')
  if (!pids.some(isOurs)) return
  say('waiting for the processes of an earlier start to finish')
  const deadline = Date.now() + leftOverDeadlineMs
  while (pids.some(isOurs) && Date.now() < deadline) await pause(25)
  for (const pid of pids.filter(isOurs)) process.kill(pid, 'SIGKILL')
}

/** The installation's master key for a development directory: 32 random bytes, made once, readable by its owner alone. */
export function secretKeyFile(directory: string): string {
  const file = join(directory, 'secret.key')
  if (!existsSync(file)) writePrivate(file, `${randomBytes(32).toString('base64')}\n`)
  return file
}

/** Replaces a file as a whole, readable by its owner alone. */
export function writePrivate(file: string, text: string): void {
  const next = `${file}.${process.pid}`
  writeFileSync(next, text, { mode: 0o600 })
  renameSync(next, file)
}
