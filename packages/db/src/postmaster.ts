import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The running server as its `postmaster.pid` tells it (PostgreSQL, src/include/utils/pidfile.h). */
export type Postmaster = {
  readonly pid: number
  readonly port: number
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | 'unknown'
}

/** `dataDir` is the server's own directory, absolute and without links. Undefined when the file is absent or half-written. */
export async function readPostmaster(dataDir: string): Promise<Postmaster | undefined> {
  let text: string
  try {
    text = await readFile(pidFile(dataDir), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const lines = text.split('\n')
  const pid = Number.parseInt(lines[0] ?? '', 10)
  const port = Number.parseInt(lines[3] ?? '', 10)
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port)) return undefined
  return { pid, port, status: statusOf(lines[7]) }
}

export function pidFile(dataDir: string): string {
  return join(dataDir, 'postmaster.pid')
}

/**
 * Whether a process is a server of this directory. A number in a file proves nothing (numbers are used again, quickly so
 * in a container); each Postgres process works inside its data directory, and that can be seen.
 */
export function isServerOf(pid: number, dataDir: string): boolean {
  if (process.platform === 'linux') return isPostgresIn(pid, dataDir)
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(dataDir)
  } catch {
    // `ps` fails for a process that is not there.
    return false
  }
}

/**
 * Backends that outlived their postmaster; they still hold its shared memory. One whose parent is a postmaster is a
 * running server's and not meant. Linux only, elsewhere none.
 */
export function leftoverBackends(dataDir: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && isPostgresIn(pid, dataDir) && isOrphanedBackend(pid, dataDir))
}

function isOrphanedBackend(pid: number, dataDir: string): boolean {
  try {
    // A backend sets its title to "postgres: …"; the parent is the second field after the name in parentheses.
    const isBackend = readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('postgres: ')
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1])
    return isBackend && !isPostgresIn(parent, dataDir)
  } catch {
    // Gone between the two looks.
    return false
  }
}

function isPostgresIn(pid: number, dataDir: string): boolean {
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`) === dataDir && readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres')
    )
  } catch {
    // Gone, a zombie, or another user's: not a server that we could use.
    return false
  }
}

function statusOf(line: string | undefined): Postmaster['status'] {
  const word = line?.trim()
  return word === 'starting' || word === 'stopping' || word === 'ready' || word === 'standby' ? word : 'unknown'
}
