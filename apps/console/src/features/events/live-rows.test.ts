import { expect, test } from 'vitest'
import type { EventRow } from './event-row.ts'
import { arrive, liveKeptMax, noLiveRows, resume } from './live-rows.ts'

// All that the rows of the tail are told apart by; a cast stands for the rest.
const row = (n: number) => ({ requestId: `r${n}`, item: 0 }) as unknown as EventRow
const names = (rows: readonly EventRow[]) => rows.map(({ requestId }) => requestId)
const live = { skipped: 0, isPaused: false }

test('puts the newest on top and takes nothing twice', () => {
  const rows = arrive(arrive(noLiveRows, [row(1), row(2)], live), [row(2), row(3), row(3)], live)
  expect(names(rows.shown)).toEqual(['r3', 'r2', 'r1'])
})

test('keeps what arrives back while it is paused, counts it, and shows it afterwards', () => {
  let rows = arrive(noLiveRows, [row(1)], live)
  rows = arrive(rows, [row(2), row(3)], { skipped: 4, isPaused: true })
  rows = arrive(rows, [row(3), row(4)], { skipped: 0, isPaused: true })
  expect(names(rows.shown)).toEqual(['r1'])
  expect(rows).toMatchObject({ waitingCount: 3, skipped: 4 })
  rows = resume(rows)
  expect(names(rows.shown)).toEqual(['r4', 'r3', 'r2', 'r1'])
  expect(rows).toMatchObject({ waiting: [], waitingCount: 0, skipped: 4 })
})

test('keeps a thousand rows, and counts on', () => {
  const many = Array.from({ length: liveKeptMax + 5 }, (_, n) => row(n))
  expect(arrive(noLiveRows, many, live).shown).toHaveLength(liveKeptMax)
  const paused = arrive(noLiveRows, many, { skipped: 0, isPaused: true })
  expect(paused.waiting).toHaveLength(liveKeptMax)
  expect(paused.waitingCount).toBe(liveKeptMax + 5)
  expect(names(resume(paused).shown)[0]).toBe(`r${liveKeptMax + 4}`)
})
