import type { PostgresJsDatabase } from 'drizzle-orm/postgres-js'
import type { Sql } from 'postgres'
import { DatabaseError, isConnectionFault } from './database-error.ts'

/** One connection and who speaks on it. Whoever took it has it alone; once closed it is never opened again. */
export type Lane = {
  readonly client: Sql
  readonly drizzle: PostgresJsDatabase
  readonly isClosed: boolean
}

export type Pool = {
  /** Throws `DatabaseError` of kind `busy` when no lane is free within `timeoutMs`; in order of asking. */
  take(timeoutMs: number): Promise<Lane>
  /** `error`: what went wrong on it; a lane whose connection failed is not used again. */
  give(lane: Lane, error?: unknown): void
  /** Ends its connection under whoever has it: nothing that waits on it gets an answer any more. */
  drop(lane: Lane): void
  /** Takes no more, waits for lanes in use at most `timeoutMs`, closes all. */
  close(timeoutMs: number): Promise<void>
}

const lifetimeMs = 30 * 60_000

/**
 * A pool of single-connection clients. postgres.js has a pool of its own, but a connection object of version 3.4.9 does
 * not survive its connection: a transaction whose connection was lost goes on writing to it, which ends the process, or,
 * after a reconnect, runs inside somebody else's transaction; a later statement gets the old connection's error
 * (porsager/postgres issues 1208, 1216). Here a lost connection takes its client with it.
 */
export function createPool(max: number, open: (onclose: () => void) => Pick<Lane, 'client' | 'drizzle'>): Pool {
  const lanes = new Set<OpenLane>()
  const idle: OpenLane[] = []
  const waiting = new Set<(lane: Lane) => void>()
  let isClosing = false
  let onAllGiven = () => {}

  function add(): OpenLane {
    const lane: OpenLane = { ...open(() => discard(lane)), isClosed: false, openedAt: performance.now() }
    lanes.add(lane)
    return lane
  }

  function discard(lane: OpenLane): void {
    if (lane.isClosed) return
    lane.isClosed = true
    const at = idle.indexOf(lane)
    if (at !== -1) idle.splice(at, 1)
    void lane.client.end({ timeout: 0 })
    // In use: its place becomes free when it is given back.
    if (at !== -1) lanes.delete(lane)
  }

  function next(): OpenLane | undefined {
    for (let lane = idle.pop(); lane !== undefined; lane = idle.pop()) {
      if (performance.now() - lane.openedAt < lifetimeMs) return lane
      idle.push(lane)
      discard(lane)
    }
    return lanes.size < max ? add() : undefined
  }

  return {
    async take(timeoutMs) {
      if (isClosing) throw new DatabaseError('unavailable', 'the database connections are closed')
      const lane = waiting.size === 0 ? next() : undefined
      if (lane !== undefined) return lane
      return await new Promise((resolve, reject) => {
        const take = (given: Lane) => {
          clearTimeout(timer)
          resolve(given)
        }
        const timer = setTimeout(() => {
          waiting.delete(take)
          reject(new DatabaseError('busy', `no database connection was free within ${timeoutMs} ms`))
        }, timeoutMs)
        waiting.add(take)
      })
    },

    give(given, error) {
      const lane = given as OpenLane
      if (isConnectionFault(error)) discard(lane)
      if (lane.isClosed) lanes.delete(lane)
      else idle.push(lane)
      const [first] = waiting
      const free = first === undefined ? undefined : next()
      if (first !== undefined && free !== undefined) {
        waiting.delete(first)
        first(free)
      }
      if (isClosing && idle.length === lanes.size) onAllGiven()
    },

    drop: (lane) => discard(lane as OpenLane),

    async close(timeoutMs) {
      isClosing = true
      if (idle.length < lanes.size) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs)
          onAllGiven = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      await Promise.all([...lanes].map((lane) => lane.client.end({ timeout: lane.isClosed ? 0 : 1 })))
    },
  }
}

type OpenLane = Lane & { isClosed: boolean; readonly openedAt: number }
