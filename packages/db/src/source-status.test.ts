import { describe, expect, test } from 'vitest'
import { type SourceActivity, sourceStatus, usualGapMs } from './source-status.ts'

const now = new Date('2026-11-25T12:00:00Z')
const hourMs = 3_600_000
const idle: SourceActivity = { pausedAt: null, deletedAt: null, lastReceivedAt: null, recent: [] }

/** Newest first; `r` is a rejected delivery. */
function deliveries(outcomes: string, gapMs: number, newestAgoMs: number): SourceActivity {
  const recent = [...outcomes].map((outcome, index) => ({
    receivedAtMs: now.getTime() - newestAgoMs - index * gapMs,
    isRejected: outcome === 'r',
  }))
  return { ...idle, recent }
}

describe('the status of a source', () => {
  test.each([
    ['new before its first delivery', 'new', idle],
    ['receiving after a single one', 'receiving', deliveries('a', 0, 1_000)],
    ['paused whatever it received', 'paused', { ...deliveries('rrrrrrrrrr', 1, 1), pausedAt: now }],
    ['deleted before all', 'deleted', { ...idle, pausedAt: now, deletedAt: now }],
    ['receiving while 9 of 10 were rejected lately, 5 in all', 'receiving', deliveries(`rrrrr${'a'.repeat(95)}`, 1, 1)],
    ['failing above 5 of the last 100', 'failing', deliveries(`rrrrrr${'a'.repeat(94)}`, 1, 1)],
    ['failing when the last 10 were all rejected', 'failing', deliveries('r'.repeat(10), 1, 1)],
    ['receiving at twice its usual gap', 'receiving', deliveries('aaaa', 2 * hourMs, 4 * hourMs)],
    ['silent beyond twice its usual gap', 'silent', deliveries('aaaa', 2 * hourMs, 4 * hourMs + 1)],
    ['receiving for an hour at least', 'receiving', deliveries('aaaa', 1_000, hourMs)],
    ['silent after that hour', 'silent', deliveries('aaaa', 1_000, hourMs + 1)],
    ['silent when the index has forgotten it', 'silent', { ...idle, lastReceivedAt: new Date(0) }],
  ] as const)('is %s', (_, status, activity) => {
    expect(sourceStatus(activity, now)).toBe(status)
  })
})

test('the usual gap is the median, and unknown below three deliveries', () => {
  const at = (...ms: number[]) => ms.map((receivedAtMs) => ({ receivedAtMs, isRejected: false }))
  expect(usualGapMs(at(20, 10))).toBeUndefined()
  expect(usualGapMs(at(1_000, 30, 20, 10))).toBe(10)
})
