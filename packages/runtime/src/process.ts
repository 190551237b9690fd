import { errorText, flushLogs, type Logger } from './logger.ts'

/** What a started process hands back: how it ends without losing anything. */
export type Running = { readonly logger: Logger; drain(reason: string): Promise<void> }

/** How long a drain may take before the process gives up; an orchestrator's grace is longer (30 s). */
const drainDeadlineMs = 20_000

/** npm passes a terminal's Ctrl-C on although the process got it already: what comes this soon is the same signal. */
const sameSignalMs = 100

/**
 * Runs one process until a signal: SIGTERM or SIGINT (or the parent's end, where there is an IPC channel) drains it and
 * exits 0; a second signal, a drain over 20 s or an unhandled rejection exits 1. `start` throws to refuse: its message is
 * printed as one line.
 */
export function runProcess(processName: string, start: () => Promise<Running>): void {
  let running: Running | undefined
  let isEnding = false
  let endingSinceMs = 0

  const end = (reason: string): void => {
    if (isEnding) {
      if (performance.now() - endingSinceMs < sameSignalMs) return
      process.stderr.write(`${processName}: ${reason} while draining; what is unfinished stays unacknowledged\n`)
      process.exit(1)
    }
    isEnding = true
    endingSinceMs = performance.now()
    if (running !== undefined) void finish(running, reason)
    // Still starting: `started` below sees isEnding and drains at once.
  }

  const finish = async (it: Running, reason: string): Promise<void> => {
    setTimeout(() => {
      it.logger.error({ reason }, 'the drain took too long')
      process.exit(1)
    }, drainDeadlineMs).unref()
    try {
      await it.drain(reason)
      await flushLogs()
      process.exit(0)
    } catch (error) {
      it.logger.error({ error }, 'the drain failed')
      await flushLogs()
      process.exit(1)
    }
  }

  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGINT', () => end('SIGINT'))
  // A supervisor that was killed outright cannot send a signal; its channel closes all the same.
  process.on('disconnect', () => {
    if (!isEnding) end('the parent process ended')
  })
  process.on('unhandledRejection', (error) => {
    process.stderr.write(`${processName}: unhandled rejection: ${errorText(error)}\n`)
    process.exit(1)
  })

  start().then(
    (started) => {
      running = started
      if (isEnding) void finish(started, 'a signal during the start')
    },
    (error: unknown) => {
      process.stderr.write(`${processName}: ${error instanceof StartRefused ? error.message : errorText(error)}\n`)
      process.exit(1)
    },
  )
}

/** A start that cannot go on for a reason the operator can mend: its message names the variable and the way out. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}
