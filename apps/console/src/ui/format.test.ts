import { describe, expect, test } from 'vitest'
import * as format from './format.ts'

const at = new Date('2026-11-23T14:32:58.024Z')

describe('a time', () => {
  test.each([
    ['UTC', 'Nov 23, 14:32:58.024 UTC'],
    ['America/New_York', 'Nov 23, 09:32:58.024 EST'],
    ['Asia/Kolkata', 'Nov 23, 20:02:58.024 GMT+5:30'],
  ])('is exact to the millisecond in %s', (zone, text) => {
    expect(format.moment(at, zone)).toBe(text)
  })

  test('names its offset on both sides of a change of the clock', () => {
    expect(format.moment(new Date('2026-10-25T00:59:59.999Z'), 'Europe/Berlin')).toBe('Oct 25, 02:59:59.999 GMT+2')
    expect(format.moment(new Date('2026-10-25T01:00:00.000Z'), 'Europe/Berlin')).toBe('Oct 25, 02:00:00.000 GMT+1')
  })

  test('is never written as 24 o’clock', () => {
    expect(format.clock(new Date('2026-01-01T00:00:00.007Z'), 'UTC')).toBe('00:00:00.007')
  })

  test.each([
    [0, 'just now'],
    [-999, 'just now'],
    [-1_000, '1 s ago'],
    [-59_999, '59 s ago'],
    [-60_000, '1 min ago'],
    [-3_600_000, '1 h ago'],
    [29 * 86_400_000, 'in 29 d'],
  ])('%d ms away is “%s”', (ms, text) => {
    expect(format.relative(new Date(at.getTime() + ms), at)).toBe(ms === 0 ? 'now' : text)
  })
})

test('writes numbers, sizes and durations in one way', () => {
  expect([
    format.count(12_480),
    format.bytes(999),
    format.bytes(1_234),
    format.bytes(123_456),
    format.bytes(3_100_000),
  ]).toEqual(['12,480', '999 B', '1.2 kB', '123 kB', '3.1 MB'])
  expect([-3, 0.42, 17.6, 999.4, 999.6, 1_400].map(format.duration)).toEqual([
    '0 ms',
    '0.4 ms',
    '18 ms',
    '999 ms',
    '1 s',
    '1.4 s',
  ])
  expect([format.percent(0.019), format.percent(0.2), format.percent(null)]).toEqual(['1.9 %', '20.0 %', '–'])
})

test('writes hours of a day both ways', () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 10, 23, hour, 5, 58, 24))
  expect([0, 9, 12, 23].map((hour) => format.shortClock(at(hour), 'UTC', 12))).toEqual([
    '12:05 AM',
    '9:05 AM',
    '12:05 PM',
    '11:05 PM',
  ])
  expect(format.clock(at(23), 'UTC', 12)).toBe('11:05:58.024 PM')
  expect(format.shortClock(at(0), 'UTC')).toBe('00:05')
})

test('reads back the zone that it wrote, and takes anything else for UTC', () => {
  for (const hours of [12, 24] as const) {
    const zone = { mode: 'local', timeZone: 'Europe/Berlin', hours } as const
    expect(format.readZone(format.writeZone(zone))).toEqual(zone)
  }
  for (const text of [undefined, '', 'local', 'local:Not/AZone', 'utc:UTC', 'x:y:z']) {
    expect(format.readZone(text).timeZone).toBe('UTC')
  }
})
