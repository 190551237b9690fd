import type { Subscription } from '@eventmesh/bus'
import type { Topic } from '@eventmesh/envelope'

export type WatchdogOptions = {
  /** How long lag without progress is borne. */
  readonly patienceMs: number
  readonly checkMs: number
  readonly subscribe: () => Promise<Subscription>
  /** Batches handled so far, by topic. */
  readonly progress: (topic: Topic) => number
  readonly onRestart: (topic: Topic, lag: number) => void
  /** A subscription that does not stop: nothing in this process can help any more. */
  readonly onHung: () => void
}

export type Watchdog = { lag(): Promise<Readonly<Partial<Record<Topic, number>>>>; stop(): Promise<void> }

/** Holds a subscription and makes a new one when a topic has lag but no batch of it was handled for `patienceMs`. */
export async function watch(options: WatchdogOptions): Promise<Watchdog> {
  let subscription = await options.subscribe()
  let checking: Promise<void> | undefined
  const idle = new Map<Topic, { handled: number; since: number }>()

  async function check(): Promise<void> {
    const lags = Object.entries(await subscription.lag()) as [Topic, number][]
    for (const [topic, lag] of lags) {
      const handled = options.progress(topic)
      const last = idle.get(topic)
      const now = performance.now()
      if (lag === 0 || last === undefined || last.handled !== handled) idle.set(topic, { handled, since: now })
      else if (now - last.since >= options.patienceMs) return await restart(topic, lag)
    }
  }

  async function restart(topic: Topic, lag: number): Promise<void> {
    options.onRestart(topic, lag)
    const hung = setTimeout(options.onHung, options.patienceMs)
    await subscription.stop()
    clearTimeout(hung)
    idle.clear()
    subscription = await options.subscribe()
  }

  const timer = setInterval(() => {
    checking ??= check()
      .catch(() => {
        // The lag cannot be read while the log is away: it is asked again at the next turn, and readiness says so.
      })
      .finally(() => {
        checking = undefined
      })
  }, options.checkMs)

  return {
    lag: () => subscription.lag(),
    async stop() {
      clearInterval(timer)
      await checking
      await subscription.stop()
    },
  }
}
