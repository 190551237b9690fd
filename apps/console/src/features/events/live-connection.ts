import type { EventRow } from './event-row.ts'
import { createSseParser, type SseMessage } from './sse-messages.ts'

export type LiveState =
  | { readonly name: 'connecting' | 'open' | 'hidden' }
  /** `at`: when it tries again, in milliseconds of the browser's clock. */
  | { readonly name: 'lost'; readonly at: number }
  | { readonly name: 'refused'; readonly reason: 'signed_out' | 'too_many' | 'search' }

export type LiveConnectionOptions = {
  readonly slug: string
  /** Of the list's filters. */
  readonly query: string
  readonly onRows: (rows: readonly EventRow[], skipped: number) => void
  readonly onState: (state: LiveState) => void
  readonly signal: AbortSignal
}

const retryMs = { first: 1_000, max: 15_000, tooMany: 10_000 }
/** The server says something every 15 s. */
const silentMs = 40_000
const hiddenMs = 60_000
/** Rows are handed on in batches, so that a busy tail draws five times a second and not a hundred. */
const flushMs = 200

type Ending = 'lost' | 'hidden' | 'signed_out' | 'too_many' | 'search'

/** Holds one stream until `signal` aborts: comes back by itself, each time after the last row that was seen. */
export async function followLive(options: LiveConnectionOptions): Promise<void> {
  const { signal, onState } = options
  const place = { id: '' }
  for (let failures = 0; !signal.aborted; ) {
    onState({ name: 'connecting' })
    const ending = await readStream(options, place, () => {
      failures = 0
      onState({ name: 'open' })
    })
    if (signal.aborted) return
    if (ending === 'signed_out' || ending === 'search') return onState({ name: 'refused', reason: ending })
    if (ending === 'hidden') {
      onState({ name: 'hidden' })
      await untilVisible(signal)
      continue
    }
    const waitMs = ending === 'too_many' ? retryMs.tooMany : Math.min(retryMs.max, retryMs.first * 2 ** failures)
    failures += 1
    onState(
      ending === 'too_many' ? { name: 'refused', reason: ending } : { name: 'lost', at: performance.now() + waitMs },
    )
    await pause(waitMs, signal)
  }
}

async function readStream(
  { slug, query, onRows, signal }: LiveConnectionOptions,
  place: { id: string },
  onOpen: () => void,
): Promise<Ending> {
  const own = new AbortController()
  let ending: Ending = 'lost'
  const stop = (why: Ending) => {
    ending = why
    own.abort()
  }
  let silence = setTimeout(stop, silentMs, 'lost')
  const stopWatching = whenLongHidden(() => stop('hidden'))
  const batch = createBatch(onRows)
  try {
    const response = await fetch(`/api/${slug}/events/stream?${query}`, {
      headers: { accept: 'text/event-stream', ...(place.id === '' ? {} : { 'last-event-id': place.id }) },
      signal: AbortSignal.any([signal, own.signal]),
    })
    if (!response.ok || response.body === null) return endingOf(response.status)
    const parse = createSseParser()
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let isOpen = false; ; ) {
      const { done, value } = await reader.read()
      if (done) return ending
      clearTimeout(silence)
      silence = setTimeout(stop, silentMs, 'lost')
      if (!isOpen) onOpen()
      isOpen = true
      for (const message of parse(value)) {
        if (message.id !== undefined) place.id = message.id
        if (message.event === 'end') return 'lost'
        batch.add(message)
      }
    }
  } catch {
    // No network, a server that ended, or `stop`, which has said why.
    return ending
  } finally {
    clearTimeout(silence)
    stopWatching()
    own.abort()
    batch.flush()
  }
}

function endingOf(status: number): Ending {
  return status === 401 || status === 403 || status === 404
    ? 'signed_out'
    : status === 400
      ? 'search'
      : status === 429
        ? 'too_many'
        : 'lost'
}

function createBatch(onRows: LiveConnectionOptions['onRows']) {
  let rows: EventRow[] = []
  let skipped = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  function flush() {
    clearTimeout(timer)
    timer = undefined
    if (rows.length > 0 || skipped > 0) onRows(rows, skipped)
    rows = []
    skipped = 0
  }
  return {
    add({ event, data }: SseMessage) {
      if (event === 'envelope') rows.push(JSON.parse(data) as EventRow)
      else if (event === 'gap') skipped += (JSON.parse(data) as { readonly skipped: number }).skipped
      else return
      timer ??= setTimeout(flush, flushMs)
    },
    flush,
  }
}

/** A browser has six connections for a host: a tab that nobody sees gives its one back. */
function whenLongHidden(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const look = () => {
    clearTimeout(timer)
    if (document.hidden) timer = setTimeout(run, hiddenMs)
  }
  look()
  document.addEventListener('visibilitychange', look)
  return () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
  }
}

function untilVisible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return
      document.removeEventListener('visibilitychange', look)
      signal.removeEventListener('abort', look)
      resolve()
    }
    document.addEventListener('visibilitychange', look)
    signal.addEventListener('abort', look)
    look()
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
