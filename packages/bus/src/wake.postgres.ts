import type { Database } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'

/**
 * Tells readers in every process that records were appended: NOTIFY outside of the append's transaction (inside, it
 * makes all commits queue on one lock) and at most five times a second. A lost message costs a reader its poll interval.
 */
export type Wake = {
  appended(topic: Topic): void
  /** A reader's own bell for one topic; it remembers a ring that comes while nobody waits. */
  bell(topic: Topic): Bell
  close(): Promise<void>
}

export type Bell = {
  /** Resolves at the next ring, after `ms`, or when `signal` aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>
  remove(): void
}

const channel = 'eventmesh_log'
const notifyEveryMs = 200

export function createWake(database: Database): Wake {
  const bells = new Set<RingingBell>()
  const pending = new Set<Topic>()
  let timer: NodeJS.Timeout | undefined
  let notifying: Promise<void> = Promise.resolve()
  let listening: ReturnType<Database['listen']> | undefined

  function flush(): void {
    timer = undefined
    if (pending.size === 0) return
    const topics = [...pending].join(',')
    pending.clear()
    timer = setTimeout(flush, notifyEveryMs).unref()
    notifying = database.sql`select pg_notify(${channel}, ${topics})`.then(
      () => {},
      () => {
        // Readers poll as well.
      },
    )
  }

  function ring(topics: string): void {
    for (const bell of bells) if (topics.split(',').includes(bell.topic)) bell.ring()
  }

  return {
    appended(topic) {
      pending.add(topic)
      if (timer === undefined) flush()
    },
    bell(topic) {
      listening ??= database.listen(channel, ring)
      const bell = createBell(topic)
      bells.add(bell)
      return { wait: bell.wait, remove: () => bells.delete(bell) }
    },
    async close() {
      clearTimeout(timer)
      flush()
      clearTimeout(timer)
      await notifying
      await (await listening)?.close()
    },
  }
}

type RingingBell = { readonly topic: Topic; ring(): void; wait: Bell['wait'] }

function createBell(topic: Topic): RingingBell {
  let rung = false
  let wakeUp: (() => void) | undefined
  return {
    topic,
    ring() {
      rung = true
      wakeUp?.()
    },
    async wait(ms, signal) {
      if (!rung && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(done, ms)
          signal.addEventListener('abort', done, { once: true })
          wakeUp = done
          function done() {
            clearTimeout(timer)
            signal.removeEventListener('abort', done)
            wakeUp = undefined
            resolve()
          }
        })
      }
      rung = false
    },
  }
}
