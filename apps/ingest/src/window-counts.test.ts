import { describe, expect, it } from 'vitest'
import { WindowCounts } from './window-counts.ts'

describe('counts in a window', () => {
  it('let pass as many as allowed of each name, and again in the next window', () => {
    const counts = new WindowCounts({ max: 2, windowMs: 1_000, entriesMax: 10 })
    const takes = (name: string, nowMs: number) => counts.take(name, nowMs)
    expect([takes('a', 0), takes('a', 999), takes('a', 999), takes('b', 999)]).toEqual([true, true, false, true])
    expect([takes('a', 1_000), takes('a', 1_000), takes('a', 1_999)]).toEqual([true, true, false])
  })

  it('forget the oldest name when there are too many', () => {
    const counts = new WindowCounts({ max: 1, windowMs: 1_000, entriesMax: 2 })
    for (const name of ['a', 'b', 'c']) counts.take(name, 0)
    expect([counts.take('c', 0), counts.take('a', 0)]).toEqual([false, true])
  })
})
