import 'server-only'
import { events, type LiveSample, liveRowsMax, type SearchTerm } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import { draining } from '../../server/draining.ts'
import { type Member, memberAgain } from '../../server/session.ts'
import type { EventRow } from './event-row.ts'
import { type LiveFeed, liveReader } from './live-reader.ts'

export type LiveStreamOptions = {
  readonly terms: readonly SearchTerm[]
  /** `Last-Event-ID`: goes on after that row; none: begins with the backlog. */
  readonly after: number | undefined
  /** The request's. */
  readonly signal: AbortSignal
}

const streamsPerUserMax = 5
const heartbeatMs = 15_000
const checkMs = 30_000
const retryMs = 3_000
/** Five seconds' worth may come at once; what is more than 50 rows a second is sampled. */
const pace = { rowsPerSecond: 50, rowsMax: 250 }
/** Messages that a reader leaves unread before it loses its stream. */
const unreadMax = 2_000

const streamsOf = new Map<string, number>()

/**
 * Server-sent events of a tenant's rows as they are indexed. An `id` says that every row up to it was sent, or counted in
 * a `gap`: whoever comes back with it misses nothing and sees nothing twice. Undefined: this person has enough of them.
 */
export function liveStream(member: Member, { terms, after, signal }: LiveStreamOptions): Response | undefined {
  const { userId } = member
  const open = streamsOf.get(userId) ?? 0
  if (open >= streamsPerUserMax) return undefined
  streamsOf.set(userId, open + 1)

  let isOver = false
  const endings: (() => void)[] = []
  const atEnd = (run: () => void) => void (isOver ? run() : endings.push(run))
  function end(): void {
    isOver = true
    for (const ending of endings.splice(0)) ending()
  }
  atEnd(() => release(userId))

  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const encoder = new TextEncoder()
      const write = (text: string) => {
        if (isOver) return
        controller.enqueue(encoder.encode(text))
        if ((controller.desiredSize ?? 0) < -unreadMax) close()
      }
      const close = () => {
        if (isOver) return
        end()
        controller.close()
      }
      const say = (reason: string) => {
        write(message('end', { reason }))
        close()
      }
      onAbort(signal, close, atEnd)
      onAbort(draining().signal, () => say('shutdown'), atEnd)
      atEnd(watchMember(member, () => say('session')))

      write(`retry: ${retryMs}\n\n`)
      try {
        const feed = createFeed(member, terms, await firstRows(member, terms, after), write)
        const heartbeat = setInterval(() => {
          write(': heartbeat\n\n')
          write(message('ping', {}, feed.seq))
        }, heartbeatMs)
        atEnd(() => clearInterval(heartbeat))
        atEnd(liveReader().join(feed))
      } catch {
        // The database is away: the browser comes back by itself, to where it was.
        say('unavailable')
      }
    },
    cancel: end,
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // Of nginx.
      'x-accel-buffering': 'no',
    },
  })
}

function release(userId: string): void {
  const open = streamsOf.get(userId) ?? 1
  if (open > 1) streamsOf.set(userId, open - 1)
  else streamsOf.delete(userId)
}

function onAbort(signal: AbortSignal, run: () => void, atEnd: (run: () => void) => void): void {
  signal.addEventListener('abort', run)
  atEnd(() => signal.removeEventListener('abort', run))
  if (signal.aborted) run()
}

/** Rights are read again while the stream lasts; it ends with its session. Answers how to stop. */
function watchMember(member: Member, onLost: () => void): () => void {
  let isStopped = false
  let timer: NodeJS.Timeout
  const wait = (expiresAt: Date) => {
    timer = setTimeout(look, Math.max(0, Math.min(checkMs, expiresAt.getTime() - Date.now())))
  }
  const look = async () => {
    const found = await memberAgain(member, 'events.read')
    if (isStopped) return
    if (found === undefined) onLost()
    else wait(found.session.expiresAt)
  }
  wait(member.session.expiresAt)
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

async function firstRows(
  { tenant }: Member,
  terms: readonly SearchTerm[],
  after: number | undefined,
): Promise<LiveSample> {
  if (after !== undefined) return await events.sample(database(), tenant.id, { terms, after, rows: liveRowsMax })
  const { rows, seq } = await events.since(database(), tenant.id, { terms })
  return { rows, seq, skipped: 0 }
}

function createFeed(
  { tenant }: Member,
  terms: readonly SearchTerm[],
  first: LiveSample,
  write: (text: string) => void,
): LiveFeed {
  let { seq } = first
  let credit = { rows: pace.rowsMax, at: performance.now() }
  const deliver = (sample: LiveSample) => {
    seq = sample.seq
    for (const text of messages(sample)) write(text)
  }
  deliver(first)
  write(message('ping', {}, seq))
  return {
    tenantId: tenant.id,
    terms,
    get seq() {
      return seq
    },
    credit() {
      const now = performance.now()
      const earned = ((now - credit.at) / 1_000) * pace.rowsPerSecond
      credit = { rows: Math.min(pace.rowsMax, credit.rows + earned), at: now }
      return Math.floor(credit.rows)
    },
    take(sample) {
      credit = { ...credit, rows: credit.rows - sample.rows.length }
      deliver(sample)
    },
  }
}

/** What was left out lies before the first row. */
function messages({ rows, skipped, seq }: LiveSample): readonly string[] {
  const gapEnd = rows[0] === undefined ? seq : rows[0].seq - 1
  return [
    ...(skipped > 0 ? [message('gap', { skipped }, gapEnd)] : []),
    ...rows.map((row) => message('envelope', row satisfies EventRow, row.seq)),
  ]
}

function message(event: string, data: object, id?: number): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`
}
