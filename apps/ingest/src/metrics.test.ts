import { errorCatalogue, MeshError, topics } from '@eventmesh/envelope'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, startTestIngest, type TestIngest } from './testing.ts'

let ingest: TestIngest | undefined
afterEach(async () => await ingest?.close())

type Series = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number }

function parse(text: string): readonly Series[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text])
      return { name, labels: Object.fromEntries(pairs), value: Number(value) }
    })
}

const ours = async () => parse(await ingest!.metrics()).filter(({ name }) => name.startsWith('eventmesh_'))

async function sum(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const wanted = Object.entries(labels)
  return (await ours())
    .filter((series) => series.name === name && wanted.every(([label, value]) => series.labels[label] === value))
    .reduce((total, { value }) => total + value, 0)
}

const event = (payload = {}, more = {}) => JSON.stringify({ event_type: 'canary.type', payload, ...more })

describe('metrics', () => {
  it('count what became of events, and how long log and claims took', async () => {
    ingest = await startTestIngest()
    await ingest.post(event(), { 'idempotency-key': 'one' })
    await eventually(async () => (await sum('eventmesh_claims_seconds_count', { operation: 'settle' })) > 0)
    await ingest.post(event(), { 'idempotency-key': 'one' })
    await ingest.post(event({ other: 1 }), { 'idempotency-key': 'one' })
    await ingest.post('{', {})
    await ingest.post(`[${event()},{"event_type":"x"}]`, {}, '/v1/events/batch')

    const events = 'eventmesh_ingest_events_total'
    expect(await sum(events, { outcome: 'accepted' })).toBe(2)
    expect(await sum(events, { outcome: 'duplicate' })).toBe(1)
    expect(await sum(events, { code: 'idempotency_mismatch' })).toBe(1)
    expect(await sum(events, { code: 'body_malformed' })).toBe(1)
    expect(await sum(events, { outcome: 'rejected', code: 'schema_invalid' })).toBe(1)
    expect(await sum('eventmesh_log_append_seconds_count', { topic: 'events' })).toBe(2)
    expect(await sum('eventmesh_log_records_total', { topic: 'events', result: 'appended' })).toBe(2)
    expect(await sum('eventmesh_claims_seconds_count', { operation: 'claim' })).toBe(3)
    expect(await sum('eventmesh_ingest_answer_seconds_count')).toBe(5)
    expect(await sum('eventmesh_ingest_unchecked_events_total')).toBe(0)
    await eventually(async () => (await sum('eventmesh_log_unconfirmed_bytes')) === 0)
  })

  it('count events that no claim was asked for, and appends without a certain end', async () => {
    const unavailable = () => Promise.reject(new MeshError('claims_unavailable', 'gone', { retryable: true }))
    let unknown = false
    ingest = await startTestIngest({
      limits: { produceDeadlineMs: 500 },
      wrap: ({ log, claims }) => ({
        claims: { ...claims, claim: unavailable, settle: unavailable, yield: unavailable },
        log: {
          ...log,
          append: async (topic, records, options) =>
            unknown
              ? records.map(() => ({ status: 'unknown', detail: 'no answer' }) as const)
              : await log.append(topic, records, options),
        },
      }),
    })
    await ingest.post(event(), { 'idempotency-key': 'one' })
    expect(await sum('eventmesh_ingest_unchecked_events_total')).toBe(1)
    expect(await sum('eventmesh_claims_failures_total', { operation: 'claim' })).toBe(1)
    unknown = true
    await ingest.post(event(), { 'idempotency-key': 'two' })
    expect(await sum('eventmesh_log_records_total', { topic: 'events', result: 'unknown' })).toBeGreaterThan(0)
    expect(await sum('eventmesh_ingest_events_total', { code: 'log_unknown' })).toBe(1)
  })

  it('have labels from bounded sets alone: nothing of a tenant, nothing that a sender chose', async () => {
    ingest = await startTestIngest()
    const send = async (canary: string) => {
      const { post } = ingest!
      const headers = { 'idempotency-key': canary, 'user-agent': canary, traceparent: canary }
      await post(event({ canary }, { event_type: canary }), headers)
      await post(event({ canary }, { event_type: canary, ordering_key: canary }), headers)
      await post(`{"${canary}":1}`, headers)
      await post('{}', { ...headers, authorization: `Bearer ${canary}` })
      await post('{}', { ...headers, 'content-type': `text/${canary}` })
      await post('{}', headers, `/v1/${canary}`)
      await fetch(`${ingest!.url}/errors/${canary}`)
      await fetch(`${ingest!.url}/v1/events`, { method: 'PUT', body: canary })
    }
    await send('canary-0')
    const before = await series()
    for (let n = 1; n < 30; n += 1) await send(`canary-${n}`)
    expect(await series()).toEqual(before)

    const text = await ingest.metrics()
    expect(text).not.toMatch(/canary/)
    for (const secret of [ingest.tenantId, ingest.key.id, ingest.key.text, 'acme']) expect(text).not.toContain(secret)

    const codes = Object.keys(errorCatalogue)
    const allowed: Readonly<Record<string, (value: string) => boolean>> = {
      process: (value) => value === 'ingest',
      le: (value) => value === '+Inf' || Number(value) >= 0,
      status: (value) => /^[1-5]\d\d$|^0$/.test(value),
      outcome: (value) => /^(accepted|duplicate|refused|rejected|unknown|gone)$/.test(value),
      code: (value) => value === '' || codes.includes(value),
      topic: (value) => topics.some((topic) => topic === value),
      result: (value) => /^(appended|refused|unknown|overloaded)$/.test(value),
      operation: (value) => /^(claim|settle|yield)$/.test(value),
      what: (value) => /^[a-z-]{1,20}$/.test(value),
    }
    for (const { name, labels } of await ours()) {
      for (const [label, value] of Object.entries(labels)) {
        expect(allowed[label]?.(value), `${name} ${label}=${value}`).toBe(true)
      }
    }

    async function series(): Promise<readonly string[]> {
      await eventually(async () => (await sum('eventmesh_log_unconfirmed_bytes')) === 0)
      return (await ours()).map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`).toSorted()
    }
  })
})
