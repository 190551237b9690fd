import { describe, expect, test } from 'vitest'
import { fromWallClock, toWallClock, zonedText } from './wall-clock.ts'

describe('times of a zone', () => {
  test.each([
    ['2026-11-25T13:32:58.024Z', 'UTC', '2026-11-25T13:32:58.024Z'],
    ['2026-11-25T13:32:58.024Z', 'Europe/Berlin', '2026-11-25T14:32:58.024+01:00'],
    ['2026-07-25T13:32:58.024Z', 'Europe/Berlin', '2026-07-25T15:32:58.024+02:00'],
    ['2026-11-25T02:00:00.000Z', 'America/St_Johns', '2026-11-24T22:30:00.000-03:30'],
    ['2026-11-25T20:00:00.000Z', 'Asia/Kathmandu', '2026-11-26T01:45:00.000+05:45'],
  ])('writes %s in %s as %s', (at, zone, expected) => {
    expect(zonedText(new Date(at), zone)).toBe(expected)
    expect(new Date(expected).toISOString()).toBe(at)
  })

  test.each(['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'])('reads in %s what it writes', (zone) => {
    for (const at of ['2026-03-29T00:59:00.000Z', '2026-03-29T01:01:00.000Z', '2026-11-25T13:32:58.000Z']) {
      expect(fromWallClock(toWallClock(new Date(at), zone), zone)?.toISOString()).toBe(at)
    }
  })

  test('takes nothing that is no time', () => {
    for (const text of ['', 'yesterday', '2026-11-25', '2026-13-01 10:00', '2026-11-25 25:00']) {
      expect(fromWallClock(text, 'UTC')).toBeUndefined()
    }
  })
})
