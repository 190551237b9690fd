import { expect, test } from 'vitest'
import { operatorLimits } from './operator-limits.ts'

const mebibyte = 1_048_576
const standard = {
  bodyBytesMax: mebibyte,
  batchBytesMax: 5 * mebibyte,
  batchItemsMax: 1_000,
  webhookBytesMax: 7 * mebibyte,
  settledTtlMs: 86_400_000,
  webhookSettledTtlMs: 7 * 86_400_000,
}

test('says what an installation holds its organizations to, exactly', () => {
  const values = (limits: typeof standard) => operatorLimits(limits).facts.map(({ value }) => value)
  expect(operatorLimits(standard).window).toBe('24 h')
  expect(values(standard)).toEqual([
    '30 days',
    '30 days',
    '7 days',
    '1 MiB',
    '5 MiB, at most 1,000 events',
    'at most 7 MiB, as each source sets it',
    '7 days',
  ])
  const odd = { ...standard, bodyBytesMax: 524_288, batchBytesMax: 1_000_000, settledTtlMs: 5_400_000 }
  expect(operatorLimits(odd).window).toBe('90 min')
  expect(values(odd).slice(3, 5)).toEqual(['512 KiB', '1,000,000 bytes, at most 1,000 events'])
})
