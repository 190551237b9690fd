import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

/** Polls until `isTrue` answers true; what it throws ends the wait at once. */
export async function until(what: string, deadlineMs: number, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + deadlineMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}`)
    await pause(20)
  }
}

/** A zombie counts as ended. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    // ESRCH: no such process.
    return false
  }
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended just now.
    return ''
  }
}
