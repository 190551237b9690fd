import { setTimeout as wait } from 'node:timers/promises'
import postgres, { type Options, type Sql } from 'postgres'

export type Listener = { close(): Promise<void> }

export type ListenOptions = {
  /** Called after each (re)connect: whatever was notified in between is lost, so caches start over here. */
  readonly onConnected?: () => void
}

type Connection = Options<Record<string, never>> & { readonly url: string }

const heartbeat = { everyMs: 10_000, timeoutMs: 5_000 }
const backoff = { firstMs: 100, maxMs: 5_000 }

/**
 * LISTEN on a connection of its own. postgres.js' own `listen` cannot tell a silent connection from a dead one; here a
 * statement every 10 s does, and a lost connection is opened again without end. Resolves when the first LISTEN stands,
 * or after the first failure: it then goes on trying in the background.
 */
export async function listen(
  connection: Connection,
  channel: string,
  onMessage: (payload: string) => void,
  options: ListenOptions = {},
): Promise<Listener> {
  const stopping = new AbortController()
  let current: Sql | undefined
  let firstTry = () => {}
  const tried = new Promise<void>((resolve) => {
    firstTry = resolve
  })

  async function holdOne(): Promise<void> {
    const lost = new AbortController()
    const client = open(connection, {
      onnotify: (from, payload) => {
        if (from === channel) onMessage(payload)
      },
      // The client would connect again by itself, and listen to nothing.
      onclose: () => lost.abort(),
    })
    current = client
    const signal = AbortSignal.any([stopping.signal, lost.signal])
    try {
      await within(heartbeat.timeoutMs, client`listen ${client(channel)}`)
      options.onConnected?.()
      firstTry()
      for (;;) {
        await wait(heartbeat.everyMs, undefined, { signal })
        await within(heartbeat.timeoutMs, client`select 1`)
      }
    } finally {
      await client.end({ timeout: 0 })
    }
  }

  async function holdForEver(): Promise<void> {
    let pauseMs = backoff.firstMs
    while (!stopping.signal.aborted) {
      const startedAt = performance.now()
      try {
        await holdOne()
      } catch {
        // A lost connection is this loop's ordinary case; who waits for messages has a poll of its own beside it.
      }
      firstTry()
      pauseMs =
        performance.now() - startedAt > heartbeat.everyMs ? backoff.firstMs : Math.min(pauseMs * 2, backoff.maxMs)
      await wait(pauseMs, undefined, { signal: stopping.signal }).catch(() => {
        // Closed while waiting: the loop's condition ends it.
      })
    }
  }

  const running = holdForEver()
  await tried
  return {
    async close() {
      stopping.abort()
      await current?.end({ timeout: 0 })
      await running
    },
  }
}

type Callbacks = { onnotify(channel: string, payload: string): void; onclose(): void }

// `onnotify` is how postgres.js hands notifications to its own listen; its types leave it out.
function open({ url, ...options }: Connection, callbacks: Callbacks): Sql {
  const withNotify: Options<Record<string, never>> = Object.assign(
    { ...options, max: 1, idle_timeout: 0, max_lifetime: null, fetch_types: false },
    callbacks,
  )
  return postgres(url, withNotify)
}

async function within<T>(timeoutMs: number, work: PromiseLike<T>): Promise<T> {
  const deadline = new AbortController()
  try {
    return await Promise.race([
      work,
      wait(timeoutMs, undefined, { signal: deadline.signal }).then(() => {
        throw new Error(`no answer within ${timeoutMs} ms`)
      }),
    ])
  } finally {
    deadline.abort()
  }
}
