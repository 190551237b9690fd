import { spawn } from 'node:child_process'

/**
 * Ends what this process started when this process ends in any way, a kill -9 included: a shell waits for the end of its
 * input and then kills the announced processes, each only while its command line still holds `mark` (a pid may be given
 * out again).
 * @param {string} mark
 */
export function startReaper(mark) {
  const script =
    'while read -r p; do all="$all $p"; done; for p in $all; do ps -p "$p" -o args= | grep -qF -- "$0" && kill -9 "$p"; done'
  // A session of its own: signals to this process' group do not reach it.
  const shell = spawn('sh', ['-c', script, mark], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  shell.on('error', () => undefined) // without a shell the exit handlers of the parts remain
  shell.stdin.on('error', () => undefined)
  shell.unref()
  shell.stdin.unref?.()
  return {
    /** @param {number} pid */
    watch: (pid) => void shell.stdin.write(`${pid}\n`),
    end: () => void shell.stdin.end(),
  }
}
