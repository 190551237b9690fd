import 'server-only'
import {
  type Database,
  events,
  indexChannel,
  type Listener,
  type LiveSample,
  liveRowsMax,
  type SearchTerm,
} from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import { log } from '../../server/logger.ts'

/** One stream as the reader sees it. */
export type LiveFeed = {
  readonly tenantId: TenantId
  readonly terms: readonly SearchTerm[]
  /** Rows up to this number were delivered. */
  readonly seq: number
  /** How many rows it may be given now. */
  credit(): number
  /** Moves `seq`. */
  take(sample: LiveSample): void
}

export type LiveReader = {
  /** Answers how to leave. */
  join(feed: LiveFeed): () => void
}

const lanesMax = 3
/** At most five reads a second of one question; a poll where no notification comes through. */
const restMs = 200
const pollMs = 2_000

type Question = {
  readonly tenantId: TenantId
  readonly terms: readonly SearchTerm[]
  readonly feeds: Set<LiveFeed>
  isAsked: boolean
  isBusy: boolean
}

// On the process, not the module, as the database is.
const place = globalThis as typeof globalThis & { eventmeshLiveReader?: LiveReader }

/** One per process: however many streams ask the same of a tenant, the index is read once. */
export function liveReader(): LiveReader {
  place.eventmeshLiveReader ??= createLiveReader(database())
  return place.eventmeshLiveReader
}

export function createLiveReader(db: Database): LiveReader {
  const questions = new Map<string, Question>()
  let listening: { readonly poll: NodeJS.Timeout; readonly listener: Promise<Listener> } | undefined
  let lanes = 0

  function wake(): void {
    for (const question of questions.values()) question.isAsked = true
    fillLanes()
  }

  /** A slow question holds its own lane and nobody else's. */
  function fillLanes(): void {
    for (const question of questions.values()) {
      if (lanes >= lanesMax) return
      if (question.isAsked && !question.isBusy) void answer(question)
    }
  }

  async function answer(question: Question): Promise<void> {
    lanes += 1
    question.isBusy = true
    question.isAsked = false
    try {
      await read(question)
    } catch (error) {
      log().warn({ error, tenant_id: question.tenantId }, 'a live question was not answered; the next poll asks again')
    }
    lanes -= 1
    setTimeout(() => {
      question.isBusy = false
      fillLanes()
    }, restMs)
    fillLanes()
  }

  /** Whoever joined later stands further on: the others catch up to there, then one read serves them all. */
  async function read({ tenantId, terms, feeds }: Question): Promise<void> {
    while (feeds.size > 0) {
      const [lowest = 0, next] = [...new Set([...feeds].map(({ seq }) => seq))].sort((a, b) => a - b)
      const behind = [...feeds].filter(({ seq }) => seq === lowest)
      const rows = Math.min(liveRowsMax, ...behind.map((feed) => feed.credit()))
      const sample = await events.sample(db, tenantId, { terms, after: lowest, to: next, rows })
      for (const feed of behind) if (feeds.has(feed)) feed.take(sample)
      if (next === undefined) return
    }
  }

  function listen(): void {
    listening = {
      poll: setInterval(wake, pollMs),
      listener: db.listen(indexChannel, wake, { onConnected: wake }),
    }
  }

  function stopListening(): void {
    clearInterval(listening?.poll)
    void listening?.listener.then((listener) => listener.close())
    listening = undefined
  }

  return {
    join(feed) {
      const name = JSON.stringify([feed.tenantId, feed.terms])
      const { tenantId, terms } = feed
      const question = questions.get(name) ?? {
        tenantId,
        terms,
        feeds: new Set<LiveFeed>(),
        isAsked: true,
        isBusy: false,
      }
      questions.set(name, question)
      question.feeds.add(feed)
      if (listening === undefined) listen()
      wake()
      return () => {
        question.feeds.delete(feed)
        if (question.feeds.size === 0 && questions.get(name) === question) questions.delete(name)
        if (questions.size === 0 && listening !== undefined) stopListening()
      }
    },
  }
}
