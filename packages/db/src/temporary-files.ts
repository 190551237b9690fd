import { randomBytes } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const form = /\.(\d+)-[0-9a-f]{8}\.tmp$/

/** A name beside the final one, for what is moved there once it is whole. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
}

/** Removes what killed processes left behind under such names. */
export async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const pid = Number(form.exec(name)?.[1] ?? Number.NaN)
    if (Number.isInteger(pid) && (await isAbandoned(join(directory, name), pid))) {
      await rm(join(directory, name), { recursive: true, force: true, maxRetries: 5 }).catch(() => {
        // A program that the killed process had started still writes there; the next start finds it finished.
      })
    }
  }
}

/** Whether a process of this number exists, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

// In a container each run may have the same number: then what is older than us was another run's.
async function isAbandoned(path: string, pid: number): Promise<boolean> {
  if (pid !== process.pid) return !isAlive(pid)
  const changedAtMs = await stat(path).then(
    (found) => found.mtimeMs,
    () => Number.POSITIVE_INFINITY,
  )
  return changedAtMs < performance.timeOrigin
}
