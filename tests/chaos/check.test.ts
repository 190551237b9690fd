import { describe, expect, test } from 'vitest'
import { bounds, type CheckedRecord, type CheckedRow, check, type Evidence } from './check.ts'
import type { Attempt } from './history.ts'

const attempt: Attempt = {
  id: 1,
  sentMs: 0,
  endedMs: 10,
  client: 'c',
  through: 'ingest-1',
  form: 'single',
  tenantId: 'a',
  scope: 'native',
  key: 'k',
  sha256: 'bytes',
  order: null,
  ending: 'ok',
  status: 202,
  code: null,
  eventId: 'e',
  isReplayed: false,
  isForeign: false,
}
const record: CheckedRecord = {
  partition: 0,
  offset: 0,
  tenantId: 'a',
  scope: 'native',
  key: 'k',
  eventId: 'e',
  requestId: 'r',
  item: 0,
  sha256: 'bytes',
  canariesOf: ['a'],
}
const row: CheckedRow = { tenantId: 'a', requestId: 'r', item: 0, eventId: 'e', outcome: 'accepted' }
const good: Evidence = {
  attempts: [attempt],
  log: [record],
  index: [row],
  deadLetters: 0,
  leaks: [],
  processes: [
    { name: 'ingest-1', exit: { code: 0, signal: null }, isKilled: false, uncaught: undefined, rssBytesMax: 1 },
  ],
  healedMs: 1_000,
  counters: { received: 1, acknowledged: 1, rejected: 0, unknown: 0 },
}

/** Number `n` of ordering key `o`, and where its record stands. */
function ordered(n: number, offset: number): { attempt: Attempt; record: CheckedRecord; row: CheckedRow } {
  const of = { eventId: `e${n}`, key: `k${n}` }
  return {
    attempt: { ...attempt, ...of, id: n, order: { key: 'o', n } },
    record: { ...record, ...of, offset, requestId: `r${n}` },
    row: { ...row, eventId: `e${n}`, requestId: `r${n}` },
  }
}

function chain(...of: readonly ReturnType<typeof ordered>[]): Evidence {
  return {
    ...good,
    attempts: of.map((each) => each.attempt),
    log: of.map((each) => each.record).toSorted((one, two) => one.offset - two.offset),
    index: of.map((each) => each.row),
    counters: null,
  }
}

function broken(evidence: Evidence): readonly string[] {
  return check(evidence)
    .filter(({ holds }) => holds === false)
    .map(({ invariant }) => invariant)
}

const copy = { record: { ...record, offset: 1, requestId: 'r2' }, row: { ...row, requestId: 'r2', outcome: 'copy' } }
const refused: Attempt = { ...attempt, id: 2, ending: 'fail', status: 422, eventId: null, sha256: 'other' }
const refusedRecord: CheckedRecord = { ...record, offset: 1, requestId: 'r2', sha256: 'other' }
const aside = { ...row, requestId: 'r2', outcome: 'quarantined' }

describe('the checker', () => {
  test('finds nothing in a good history, with copies, the same record twice and events in order', () => {
    expect(broken(good)).toEqual([])
    expect(broken({ ...good, log: [record, copy.record], index: [row, copy.row], counters: null })).toEqual([])
    expect(broken({ ...good, log: [record, { ...record, offset: 1 }], counters: null })).toEqual([])
    expect(broken(chain(ordered(1, 0), ordered(2, 5)))).toEqual([])
  })

  test('leaves the counters undecided where a process took its own along', () => {
    expect(check({ ...good, counters: null }).at(-1)).toMatchObject({ invariant: 'I10', holds: null })
  })

  test.each<[string, string, Evidence]>([
    ['I1', 'an acknowledged event that is not there', { ...good, log: [], index: [], counters: null }],
    [
      'I2',
      'two ids of one key, in two answers',
      {
        ...good,
        attempts: [attempt, { ...attempt, id: 2, eventId: 'x' }],
        log: [record, { ...copy.record, eventId: 'x' }],
      },
    ],
    [
      'I2',
      'two ids of one key, one of them on the log alone',
      { ...good, log: [record, { ...copy.record, eventId: 'x' }] },
    ],
    [
      'I2',
      'one id of two keys',
      { ...good, attempts: [attempt, { ...attempt, id: 2, key: 'k2' }], log: [record, { ...copy.record, key: 'k2' }] },
    ],
    [
      'I3',
      'two effects of one event',
      { ...good, log: [record, copy.record], index: [row, { ...copy.row, outcome: 'accepted' }] },
    ],
    ['I3', 'a record that is not in the index', { ...good, index: [] }],
    ['I3', 'a row that is not on the log', { ...good, index: [row, { ...row, requestId: 'r2', eventId: 'x' }] }],
    ['I3', 'a copy that counts instead of the first', { ...good, index: [{ ...row, outcome: 'copy' }] }],
    ['I4', 'a canary of another tenant on the log', { ...good, log: [{ ...record, canariesOf: ['a', 'b'] }] }],
    ['I4', 'a canary of another tenant in an answer', { ...good, attempts: [{ ...attempt, isForeign: true }] }],
    ['I4', 'a canary in a log line', { ...good, leaks: [{ where: 'output of ingest-1', canaryOf: 'a' }] }],
    ['I5', 'bytes that nobody sent', { ...good, log: [{ ...record, sha256: 'altered' }] }],
    ['I6', 'the second before the first', chain(ordered(1, 5), ordered(2, 0))],
    [
      'I7',
      'a refused body on the log',
      { ...good, attempts: [attempt, refused], log: [record, refusedRecord], index: [row, aside] },
    ],
    ['I8', 'an answer after the deadline', { ...good, attempts: [{ ...attempt, endedMs: bounds.deadlineMs + 1 }] }],
    [
      'I8',
      'something that nobody caught',
      { ...good, processes: [{ ...good.processes[0]!, uncaught: 'unhandled rejection' }] },
    ],
    [
      'I8',
      'a process that ended by itself',
      { ...good, processes: [{ ...good.processes[0]!, exit: { code: 1, signal: null } }] },
    ],
    [
      'I8',
      'memory without a bound',
      { ...good, processes: [{ ...good.processes[0]!, rssBytesMax: bounds.rssBytesMax + 1 }] },
    ],
    ['I9', 'a failure long after the last fault', { ...good, healedMs: bounds.healMs + 1 }],
    ['I9', 'no healing', { ...good, healedMs: null }],
    [
      'I10',
      'a request that counts nowhere',
      { ...good, counters: { received: 2, acknowledged: 1, rejected: 0, unknown: 0 } },
    ],
    [
      'I10',
      'an answer that ingest does not know',
      { ...good, counters: { received: 0, acknowledged: 0, rejected: 0, unknown: 0 } },
    ],
  ])('names %s in a bad one: %s', (invariant, _, evidence) => {
    expect(broken(evidence)).toContain(invariant)
  })

  test.each<[string, Attempt]>([
    ['without an answer', { ...refused, id: 3, ending: 'info', status: null }],
    ['acknowledged', { ...refused, id: 3, ending: 'ok', eventId: 'e' }],
  ])('takes a refused body for kept where another try of it ended %s', (_, other) => {
    const evidence = { ...good, attempts: [attempt, refused, other], log: [record, refusedRecord], index: [row, aside] }
    expect(broken({ ...evidence, counters: null })).toEqual([])
  })

  test('names the first event that breaks a promise, and how many do', () => {
    const twice = { ...good, attempts: [attempt, { ...attempt, id: 2 }], log: [], index: [], counters: null }
    expect(check(twice)[0]?.detail).toMatch(/attempt 1, key k: acknowledged as e.*\(2 in all\)/)
  })
})
