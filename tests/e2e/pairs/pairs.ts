import { afterAll, beforeAll, describe } from 'vitest'
import { kafkaPart, redisPart, withPart } from '../../../packages/bus/src/testing/parts.ts'
import { type PairName, type Stack, startStack } from '../../stack/stack.ts'
import type { Attempt } from '../harness/history.ts'
import { until } from '../harness/processes.ts'
import { attempt, type Target } from '../harness/send.ts'

/** The same tests on both pairs of adapters, each with real parts of its own. */
export function describePairs(run: (stack: () => Stack, pair: PairName) => void): void {
  onPair('postgres+postgres', run)
  withPart(kafkaPart, () => withPart(redisPart, () => onPair('kafka+redis', run)))
}

function onPair(pair: PairName, run: (stack: () => Stack, pair: PairName) => void): void {
  describe(pair, () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await startStack(pair)
    }, 180_000)
    afterAll(async () => {
      await stack?.close()
    }, 60_000)
    run(() => stack, pair)
  })
}

/**
 * As short a wait for the log as is allowed: every try on a dead one takes that long. On Kafka it has to be above what
 * one call may take.
 */
export function hurried(pair: PairName): Readonly<Record<string, string>> {
  return { INGEST_PRODUCE_DEADLINE: pair === 'kafka+redis' ? '6600ms' : '3s' }
}

/** Live keys of the first tenant, unless another credential is named. */
export function at(stack: Stack, ingest: { readonly url: string }, mode: 'live' | 'test' = 'live', tenant = 0): Target {
  const { id, live, test } = stack.tenants[tenant]!
  return { ingestUrl: ingest.url, apiKey: mode === 'live' ? live : test, tenantId: id }
}

/** A duplicate may still be in flight: what it became is known once it is no longer 409. */
export async function attemptUntilDecided(target: Target, key: string, payload: string): Promise<readonly Attempt[]> {
  const history: Attempt[] = []
  await until(`${key} to be decided`, 30_000, async () => {
    history.push(await attempt(target, key, payload))
    return history.at(-1)?.status !== 409
  })
  return history
}

/** Rows of the index that stand for an event itself, not for copies or repeats of it. */
export async function effectsOf(stack: Stack, eventId: string | undefined): Promise<number> {
  const rows = await stack.readIndex()
  return rows.filter(({ event_id, outcome }) => event_id === eventId && outcome === 'accepted').length
}

export async function recordsOf(stack: Stack, key: string) {
  return (await stack.readLog()).filter((record) => record.key === key)
}
