import { describe, expect, it } from 'vitest'
import { TokenBuckets } from './token-bucket.ts'

const buckets = (options: Partial<{ rate: number; burst: number; entriesMax: number }> = {}) =>
  new TokenBuckets({ rate: 10, burst: 20, entriesMax: 100, ...options })

describe('token buckets', () => {
  it('give a burst at once and not one more', () => {
    const it = buckets()
    expect(it.waitMs('a', 20, 0)).toBe(0)
    it.take('a', 20, 0)
    expect(it.waitMs('a', 1, 0)).toBe(100)
  })

  it('refill at their rate, up to the burst', () => {
    const it = buckets()
    it.take('a', 20, 0)
    expect(it.left('a', 499)).toBe(4)
    expect(it.left('a', 500)).toBe(5)
    expect(it.left('a', 60_000)).toBe(20)
  })

  it('are apart by name', () => {
    const it = buckets()
    it.take('a', 20, 0)
    expect(it.left('b', 0)).toBe(20)
  })

  it('have no limit at rate 0', () => {
    const it = buckets({ rate: 0 })
    it.take('a', 1_000_000, 0)
    expect(it.waitMs('a', 1_000_000, 0)).toBe(0)
  })

  it('forget the oldest when there are too many', () => {
    const it = buckets({ entriesMax: 2 })
    for (const name of ['a', 'b', 'c']) it.take(name, 20, 0)
    expect(it.left('a', 0)).toBe(20)
    expect(it.left('c', 0)).toBe(0)
  })

  it('do not run backwards with a clock that does', () => {
    const it = buckets()
    it.take('a', 20, 1_000)
    expect(it.left('a', 0)).toBe(0)
    expect(it.left('a', 1_100)).toBe(1)
  })
})
