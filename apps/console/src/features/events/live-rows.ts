import type { EventRow } from './event-row.ts'

/** What a live tail holds, newest first. While it is paused, what arrives waits. */
export type LiveRows = {
  readonly shown: readonly EventRow[]
  readonly waiting: readonly EventRow[]
  /** Arrived while paused; more than `waiting` where older ones were let go. */
  readonly waitingCount: number
  /** Left out of the sample since the tail began. */
  readonly skipped: number
  /** Since the tail began, its backlog included. */
  readonly arrived: number
}

export const liveKeptMax = 1_000
export const noLiveRows: LiveRows = { shown: [], waiting: [], waitingCount: 0, skipped: 0, arrived: 0 }

/** `rows` oldest first, as they come; one that is here already is not taken twice. */
export function arrive(
  before: LiveRows,
  rows: readonly EventRow[],
  { skipped, isPaused }: { readonly skipped: number; readonly isPaused: boolean },
): LiveRows {
  const known = new Set([...before.shown, ...before.waiting].map(identity))
  const fresh: EventRow[] = []
  for (const row of rows) {
    if (known.has(identity(row))) continue
    known.add(identity(row))
    fresh.unshift(row)
  }
  const next = { ...before, skipped: before.skipped + skipped, arrived: before.arrived + fresh.length }
  if (!isPaused) return { ...next, shown: [...fresh, ...before.shown].slice(0, liveKeptMax) }
  return {
    ...next,
    waiting: [...fresh, ...before.waiting].slice(0, liveKeptMax),
    waitingCount: before.waitingCount + fresh.length,
  }
}

export function resume(before: LiveRows): LiveRows {
  const shown = [...before.waiting, ...before.shown].slice(0, liveKeptMax)
  return { ...before, shown, waiting: [], waitingCount: 0 }
}

function identity({ requestId, item }: EventRow): string {
  return `${requestId}.${item}`
}
