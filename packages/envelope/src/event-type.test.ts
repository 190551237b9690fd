import { expect, it } from 'vitest'
import { checkEventType, toEventType } from './event-type.ts'

it.each(['a', 'order.created', 'Az09._:/-', 't'.repeat(255)])('takes %j', (type) => {
  expect(checkEventType(type)).toBe('ok')
})

it.each(['', 't'.repeat(256), 'order created', 'order.created\n', 'geändert', 'a\u0000', 'a\ud800', 'a,b'])(
  'refuses %j',
  (type) => {
    expect(checkEventType(type)).not.toBe('ok')
  },
)

it('puts _ for what a provider writes outside the alphabet', () => {
  expect(toEventType('stripe.invoice paid')).toBe('stripe.invoice_paid')
  expect(toEventType('a😀b')).toBe('a_b')
  expect(toEventType('x'.repeat(300))).toHaveLength(255)
  expect(checkEventType(toEventType('ä\u0000\ud800'))).toBe('ok')
})
