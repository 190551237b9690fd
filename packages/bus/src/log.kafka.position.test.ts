import { expect, test } from 'vitest'
import { decodePosition, encodePosition } from './log.kafka.position.ts'

test('a position comes back as it was written', () => {
  const next = new Map([
    [0, 12],
    [5, 0],
    [23, Number.MAX_SAFE_INTEGER],
  ])
  expect(decodePosition(encodePosition(next))).toEqual(next)
  expect(decodePosition(encodePosition(new Map()))).toEqual(new Map())
})

test.each(['', 'beginning', 'k1.', 'k1.1', 'k1.1-', 'k1.-1-2', 'k1.1-99999999999999999', 'k2.1-1', 'k1.1-1 '])(
  '%j is not a position',
  (text) => {
    expect(decodePosition(text)).toBeUndefined()
  },
)
