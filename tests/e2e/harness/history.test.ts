import { describe, expect, test } from 'vitest'
import { type Attempt, violations } from './history.ts'
import type { LoggedEvent } from './records.ts'

const acknowledged: Attempt = {
  tenantId: 't',
  scope: 'native',
  key: 'k',
  payload: '{"n":1.0}',
  ending: 'ok',
  status: 202,
  code: undefined,
  eventId: 'e',
  outcome: 'accepted',
}
const record: LoggedEvent = {
  offset: 0,
  tenantId: 't',
  scope: 'native',
  eventId: 'e',
  key: 'k',
  payload: '{"n":1.0}',
  dedupe: 'claimed',
}

describe('the checker of a history', () => {
  test('finds nothing in a good one, copies included', () => {
    expect(violations([acknowledged], [record, { ...record, offset: 1 }])).toEqual([])
  })

  test.each<[string, readonly Attempt[], readonly LoggedEvent[]]>([
    ['I1', [acknowledged], []],
    ['I2', [acknowledged, { ...acknowledged, eventId: 'other' }], [record, { ...record, eventId: 'other' }]],
    ['I2', [acknowledged], [record, { ...record, eventId: 'other' }]],
    ['I5', [acknowledged], [{ ...record, payload: '{"n":1}' }]],
    ['I7', [{ ...acknowledged, ending: 'fail', status: 422, eventId: undefined }], [record]],
  ])('names %s in a bad one', (name, attempts, log) => {
    expect(violations(attempts, log).some((line) => line.startsWith(name))).toBe(true)
  })

  test('takes a refused try for kept where an earlier one of the same bytes had no answer', () => {
    const unknown: Attempt = { ...acknowledged, ending: 'info', status: undefined, eventId: undefined }
    expect(violations([unknown, { ...unknown, ending: 'fail', status: 422 }], [record])).toEqual([])
  })
})
