import { errorCatalogue } from '@eventmesh/envelope'
import { expect, test } from 'vitest'
import { stepsOf } from './timeline-steps.ts'

const facts = { outcome: 'rejected', reason: 'schema_invalid', source: { id: null }, latencyMs: 1.5 } as const
const timeline = [
  { step: 'body', ms: 2 },
  { step: 'dedupe', ms: 1 },
]

test('ends a refusal at the step that refused it, after those that it passed', () => {
  const steps = stepsOf({ facts, timeline: [] })
  expect(steps.map(({ step }) => step)).toEqual(['request', 'authenticate', 'body', 'validate'])
  expect(steps.at(-1)?.fault).toEqual({ reason: 'schema_invalid', afterMs: 1.5 })
  expect(steps.filter(({ fault }) => fault !== undefined)).toHaveLength(1)
  const delivery = { ...facts, source: { id: 'x' } }
  expect(stepsOf({ facts: delivery, timeline: [] }).map(({ step }) => step)).toContain('verify')
})

test('knows the step of every reason', () => {
  for (const [reason, { reason: isReason }] of Object.entries(errorCatalogue)) {
    expect(stepsOf({ facts: { ...facts, reason }, timeline: [] }).length > 0, reason).toBe(isReason)
  }
})

test('marks where a quarantined event was set aside, and nothing of an accepted one', () => {
  const quarantined = { ...facts, outcome: 'quarantined', reason: 'idempotency_mismatch' } as const
  expect(stepsOf({ facts: quarantined, timeline })[1]).toMatchObject({ ms: 1, fault: { afterMs: null } })
  expect(stepsOf({ facts: { ...facts, outcome: 'accepted', reason: null }, timeline })).toEqual(timeline)
})
