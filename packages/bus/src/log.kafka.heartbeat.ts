import type { Fetched } from './log.kafka.consume.ts'

/** Beats on while a handler works. A beat that fails means: join the group again, once the handler is done. */
export function keepBeating(fetched: Fetched, everyMs: number): { stop(): void; rethrow(): void } {
  let failure: { readonly error: unknown } | undefined
  const timer = setInterval(() => {
    fetched.heartbeat().catch((error: unknown) => {
      failure = { error }
      clearInterval(timer)
    })
  }, everyMs)
  return {
    stop: () => clearInterval(timer),
    rethrow() {
      if (failure !== undefined) throw failure.error
    },
  }
}
