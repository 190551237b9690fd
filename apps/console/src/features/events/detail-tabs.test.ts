import { expect, test } from 'vitest'
import { inTabOrder, tabOfKey } from './detail-tabs.ts'

test('shows the parts of an event in one order, the answer last', () => {
  const given = (['answer', 'raw', 'curl', 'payload', 'timeline', 'headers', 'envelope'] as const).map((value) => ({
    value,
  }))
  expect(inTabOrder(given).map(({ value }) => value)).toEqual([
    'payload',
    'envelope',
    'headers',
    'raw',
    'timeline',
    'curl',
    'answer',
  ])
})

test('gives each part its own digit, whichever others are missing', () => {
  expect(tabOfKey('3', ['payload', 'envelope', 'headers', 'raw'])).toBe('headers')
  expect(tabOfKey('4', ['raw', 'answer'])).toBe('raw')
  expect(tabOfKey('1', ['raw', 'answer'])).toBeUndefined()
  expect(tabOfKey('7', ['raw', 'answer'])).toBe('answer')
  expect(tabOfKey('9', ['raw', 'answer'])).toBeUndefined()
  expect(tabOfKey('a', ['raw', 'answer'])).toBeUndefined()
})
