/** npm passes a terminal's Ctrl-C on to us although we got it already: what comes this soon is the same one. */
const sameSignalMs = 500

export type Signals = {
  /** Resolves at the first SIGINT or SIGTERM. */
  readonly first: Promise<void>
  isRequested(): boolean
}

/** The first signal asks for an orderly end; a second one kills at once and exits 1. */
export function watchSignals(kill: () => void): Signals {
  const requested = Promise.withResolvers<void>()
  let requestedAt: number | undefined
  const onSignal = () => {
    if (requestedAt === undefined) {
      requestedAt = Date.now()
      requested.resolve()
    } else if (Date.now() - requestedAt > sameSignalMs) {
      say('stopped at once; what was not acknowledged is unfinished')
      kill()
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // A terminal or pipe that is gone must not end the processes that it watched.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return { first: requested.promise, isRequested: () => requestedAt !== undefined }
}

/** Progress and problems go to stderr, a line each; stdout holds the newcomer's lines. */
export function say(text: string): void {
  for (const line of text.split('\n')) process.stderr.write(`eventmesh: ${line}\n`)
}
