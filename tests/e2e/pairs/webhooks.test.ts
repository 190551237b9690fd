import { sources } from '@eventmesh/db'
import type { SourceId, TenantId } from '@eventmesh/envelope'
import { sign } from '@eventmesh/providers'
import { beforeAll, expect, test } from 'vitest'
import type { MeshProcess } from '../../stack/process.ts'
import { asOperator } from '../../stack/stack.ts'
import { type Attempt, violations } from '../harness/history.ts'
import { until } from '../harness/processes.ts'
import { describePairs, effectsOf } from './pairs.ts'

/** Claims are exclusive for this long (reliability.md, section 9). */
const leaseMs = 15_000
const secret = 'whsec_0123456789abcdef0123456789abcdef'
const kinds = ['stripe', 'hubspot'] as const
type Kind = (typeof kinds)[number]
type Source = { readonly kind: Kind; readonly id: SourceId; token: string }

// The rows P and X of reliability.md, section 5, with providers' deliveries: one event each (Stripe), and split (HubSpot).
describePairs((stack) => {
  let one: MeshProcess
  let two: MeshProcess
  let all: Readonly<Record<Kind, Source>>

  beforeAll(async () => {
    const tenantId = stack().tenants[0].id
    all = await asOperator(stack().postgres, async (db) => {
      const made = await Promise.all(
        kinds.map(async (kind) => {
          const created = await sources.create(db, {
            tenantId,
            name: kind,
            provider: kind,
            secrets: [secret],
            options: { public_url: publicUrl },
          })
          if (!created.ok) throw new Error(created.detail)
          return [kind, { kind, id: created.source.id, token: created.token }] as const
        }),
      )
      return Object.fromEntries(made) as Record<Kind, Source>
    })
    ;[one, two] = await Promise.all([stack().start('ingest'), stack().start('ingest'), stack().start('engine')])
    for (const ingest of [one, two]) {
      for (const kind of kinds) {
        await until(`${kind} to be taken`, 30_000, async () => {
          return (await deliver(ingest, kind, itemsOf(`warm-${ingest.pid}`, 1))).status === 202
        })
      }
    }
  })

  test('P1–P3, X6, X7: whatever died when, the provider’s retries elsewhere make each event once', async () => {
    const items = (kind: Kind, name: string) =>
      itemsOf(`${kind}-${name}-${crypto.randomUUID()}`, kind === 'stripe' ? 1 : 40)
    const deaths: Death[] = []
    // Nothing else may append while an answer is held.
    for (const kind of kinds) {
      const given = items(kind, 'held')
      deaths.push({ kind, how: 'held', attempts: await dieWithAnswerHeld(kind, given), again: given })
    }
    const dying = kinds.flatMap((kind) =>
      (['after_claim', 'after_append', 'changed'] as const).map(async (how): Promise<Death> => {
        const given = items(kind, how)
        const failpoint = how === 'changed' ? 'after_claim' : how
        const ingest = await stack().start('ingest', { EVENTMESH_FAILPOINT: failpoint })
        const { attempts } = await deliver(ingest, kind, given)
        await ingest.exited
        return { kind, how, attempts, again: how === 'changed' ? given.map((item) => withBody(item, 2)) : given }
      }),
    )
    deaths.push(...(await Promise.all(dying)))
    const retried = await Promise.all(
      deaths.map(async (death) => {
        const startedAt = performance.now()
        const { history, statuses } = await deliverUntilKept(two, death.kind, death.again)
        return { ...death, history, statuses, tookMs: performance.now() - startedAt }
      }),
    )
    // Read once nothing is appended any more.
    const log = await stack().readLog()
    for (const { kind, how, attempts, again, history, statuses, tookMs } of retried) {
      const name = `${kind} ${how}`
      expect(attempts.map(({ ending }) => ending)).toEqual(again.map(() => 'info'))
      expect(tookMs, name).toBeLessThan(leaseMs + 10_000)
      expect(statuses.slice(0, -1).filter((status) => status !== 503)).toEqual([])
      const keys = new Set(again.map(({ key }) => key))
      const records = log.filter(({ key }) => keys.has(key))
      expect(violations([...attempts, ...history], records), name).toEqual([])
      expect(new Set(records.map(({ eventId }) => eventId)).size).toBe(again.length)
      if (how === 'changed') expect(new Set(records.map(({ payload }) => payload))).toEqual(payloads(again))
      for (const { eventId } of history.filter(({ ending }) => ending === 'ok').slice(0, 3)) {
        await until('one effect', 60_000, async () => (await effectsOf(stack(), eventId)) === 1)
      }
    }
  })

  test.each(kinds)(
    '%s: X2: another body under a kept delivery id is 2xx and set aside, and 503 in flight',
    async (kind) => {
      const given = itemsOf(`x2-${crypto.randomUUID()}`, 1)
      const other = given.map((item) => withBody(item, 2))
      const { reached, release } = await stack().log.holdAnswer()
      const running = deliver(one, kind, given)
      await reached
      expect((await deliver(two, kind, other)).status).toBe(503)
      await release()
      const history = [...(await running).attempts, ...(await deliverUntilKept(one, kind, given)).history]
      await until('the other body to be set aside', 30_000, async () => {
        const { status, body } = await deliver(two, kind, other)
        expect([202, 503]).toContain(status)
        return JSON.stringify(body).includes('"quarantined":true')
      })
      const key = given[0]?.key
      const records = (await stack().readLog()).filter((record) => record.key === key)
      expect(violations(history, records)).toEqual([])
      expect(new Set(records.map(({ payload }) => payload))).toEqual(payloads(given))
      await until('a row that says so', 30_000, async () => {
        const rows = (await stack().readIndex()).filter(({ idempotency_key }) => idempotency_key === key)
        return rows.some(({ outcome }) => outcome === 'quarantined')
      })
    },
  )

  test.each(kinds)('%s: X4: a retry to the rotated address through another process is the same event', async (kind) => {
    const given = itemsOf(`x4-${crypto.randomUUID()}`, kind === 'stripe' ? 1 : 3)
    const first = await deliverUntilKept(one, kind, given)
    const source = all[kind]
    const old = source.token
    const named = { tenantId: stack().tenants[0].id as TenantId, id: source.id }
    const rotated = await asOperator(stack().postgres, (db) => sources.rotateUrl(db, named))
    if (!rotated.ok) throw new Error(rotated.detail)
    source.token = rotated.token
    const ids = idsByKey(first.history)
    // Of a split delivery another selection, in another order.
    for (const batch of kind === 'stripe' ? [given] : [given.slice(1).toReversed(), given.slice(0, 1)]) {
      const again = await deliverUntilKept(two, kind, batch)
      expect(again.history.filter(({ ending }) => ending === 'ok').map(({ outcome }) => outcome)).toContain('duplicate')
      for (const [key, id] of idsByKey(again.history)) expect(id).toBe(ids.get(key))
    }
    const keys = new Set(given.map(({ key }) => key))
    const records = (await stack().readLog()).filter(({ key }) => keys.has(key))
    expect(records.map(({ key }) => key).toSorted()).toEqual([...keys].toSorted())
    source.token = old
    expect((await deliver(two, kind, given)).status).toBe(202)
  })

  test('and nothing was written to any process’ output that nobody caught', () => {
    for (const each of stack().processes) expect(each.output()).not.toMatch(/unhandled|uncaught|at .*\.ts:\d+/i)
  })

  async function dieWithAnswerHeld(kind: Kind, items: readonly Item[]): Promise<readonly Attempt[]> {
    const dying = await stack().start('ingest')
    await until(
      'it to serve',
      30_000,
      async () => (await deliver(dying, kind, itemsOf('held-before', 1))).status === 202,
    )
    const { reached, release } = await stack().log.holdAnswer()
    const sending = deliver(dying, kind, items)
    await reached
    await dying.kill()
    await release()
    return (await sending).attempts
  }

  /** As the provider sends it: signed anew at each try. An answer that never comes is an ending too. */
  async function deliver(ingest: { readonly url: string }, kind: Kind, items: readonly Item[]) {
    const { id, token } = all[kind]
    const body = kind === 'stripe' ? (items[0]?.payload ?? '') : `[${items.map(({ payload }) => payload).join(',')}]`
    const signed = sign({
      provider: kind,
      options: { public_url: publicUrl },
      secret,
      url: publicUrl,
      nowMs: Date.now(),
      deliveryId: crypto.randomUUID(),
      body: Buffer.from(body),
    })
    if (!signed.ok) throw new Error(signed.detail)
    const entry = ({ key, payload }: Item) => ({ tenantId: stack().tenants[0].id, scope: id, key, payload })
    const none = { code: undefined, eventId: undefined, outcome: undefined } as const
    try {
      const response = await fetch(`${ingest.url}/hooks/${token}`, {
        method: 'POST',
        headers: signed.headers.map(([name, value]) => [name, value] as [string, string]),
        body: new Uint8Array(signed.body),
        signal: AbortSignal.timeout(20_000),
      })
      const answer = JSON.parse(await response.text()) as Result & { readonly results?: readonly Result[] }
      const results = answer.results ?? [answer]
      const attempts = items.map((item, n): Attempt => {
        const { event_id: eventId, status, code } = results[n] ?? answer
        const isOk = response.status === 202 && (status === 'accepted' || status === 'duplicate')
        return {
          ...entry(item),
          ending: isOk ? 'ok' : 'info',
          status: response.status,
          code,
          eventId: isOk ? eventId : undefined,
          outcome: isOk ? status : undefined,
        }
      })
      return { status: response.status, body: answer, attempts }
    } catch {
      const attempts = items.map((item): Attempt => ({ ...entry(item), ...none, ending: 'info', status: undefined }))
      return { status: undefined, body: undefined, attempts }
    }
  }

  async function deliverUntilKept(ingest: { readonly url: string }, kind: Kind, items: readonly Item[]) {
    const history: Attempt[] = []
    const statuses: (number | undefined)[] = []
    await until(`${items[0]?.key} to be kept`, leaseMs + 15_000, async () => {
      const { status, attempts } = await deliver(ingest, kind, items)
      history.push(...attempts)
      statuses.push(status)
      return status === 202
    })
    return { history, statuses }
  }
})

const publicUrl = 'https://events.example.com/hooks/registered'

/** How a process died under a delivery, what its sender saw, and what is sent again. */
type Death = {
  readonly kind: Kind
  readonly how: string
  readonly attempts: readonly Attempt[]
  readonly again: readonly Item[]
}
type Item = { readonly key: string; readonly payload: string }
type Result = {
  readonly event_id?: string
  readonly status?: 'accepted' | 'duplicate'
  readonly code?: string
}

/** Each with the members in which both providers have their ids. */
function itemsOf(name: string, count: number, body = 1): readonly Item[] {
  return Array.from({ length: count }, (_, n) => withBody({ key: `${name}-${n}`, payload: '' }, body))
}

function withBody({ key }: Item, body: number): Item {
  const types = '"type":"customer.created","subscriptionType":"contact.creation"'
  return { key, payload: `{ "id":"${key}","eventId":"${key}",${types},"exact":9007199254740993.10,"body":${body} }` }
}

function payloads(items: readonly Item[]): ReadonlySet<string> {
  return new Set(items.map(({ payload }) => payload))
}

function idsByKey(history: readonly Attempt[]): ReadonlyMap<string, string | undefined> {
  return new Map(history.filter(({ ending }) => ending === 'ok').map(({ key, eventId }) => [key, eventId]))
}
