import { randomUUID } from 'node:crypto'
import { type EventId, MeshError, type TenantId } from '@eventmesh/envelope'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ClaimRequest, ClaimResult, Claims, SettleRequest } from '../claims.ts'

/** One empty store of claims, and what the suite does to it. */
export type ClaimsHarness = {
  /** Another process' claims on the same store; `operator` may reset. The suite closes it. */
  open(as: 'ingest' | 'operator', times?: { leaseMs?: number; pendingMs?: number }): Promise<Claims>
  /** From here on the store takes what is sent and answers nothing, until `hearBackend`. */
  silenceBackend(): Promise<void>
  hearBackend(): Promise<void>
  /** kill −9 and start again; what the store held may be gone. */
  killBackend(): Promise<void>
  startBackend(): Promise<void>
  close(): Promise<void>
}

const unavailableMs = 250
const recoveryMs = 30_000

/** What `claims.ts` promises, as tests. Every adapter passes them unchanged. */
export function claimsContract(name: string, makeHarness: () => Promise<ClaimsHarness>): void {
  describe(`${name} keeps the promise of claims`, () => {
    let harness: ClaimsHarness
    let claims: Claims
    let second: Claims
    let brief: Claims
    const briefLeaseMs = 300

    beforeAll(async () => {
      harness = await makeHarness()
      claims = await harness.open('ingest')
      second = await harness.open('ingest')
      brief = await harness.open('ingest', { leaseMs: briefLeaseMs })
    }, 120_000)

    afterEach(() => {
      vi.useRealTimers()
    })

    afterAll(async () => {
      await Promise.all([claims?.close(), second?.close(), brief?.close()])
      await harness?.close()
    }, 60_000)

    async function claimOne(request: ClaimRequest, on = claims) {
      const [answer] = await on.claim([request])
      return answer!
    }

    async function settleOne(request: SettleRequest, on = claims) {
      const [answer] = await on.settle([request])
      return answer!
    }

    describe('claim', () => {
      it('lets one of 100 racers in two processes win', async () => {
        const key = newKey()
        const answers = await Promise.all(
          range(100).map((index) => claimOne(claimOf(key), index % 2 === 0 ? claims : second)),
        )
        expect(answers.filter((answer) => answer.state === 'won').length).toBe(1)
        expect(answers.filter((answer) => answer.state === 'in-flight').length).toBe(99)
      })

      it("is won again by a repeat of the same owner's command", async () => {
        const request = claimOf(newKey())
        expect(await claimOne(request)).toEqual({ state: 'won' })
        expect(await claimOne(request)).toEqual({ state: 'won' })
        expect(await claimOne(request, second)).toEqual({ state: 'won' })
      })

      it('tells another owner how long the lease runs', async () => {
        const key = newKey()
        await claimOne(claimOf(key))
        const answer = await claimOne(claimOf(key))
        expect(answer).toMatchObject({ state: 'in-flight' })
        const { retryAfterMs } = answer as { retryAfterMs: number }
        expect(retryAfterMs).toBeGreaterThan(10_000)
        expect(retryAfterMs).toBeLessThanOrEqual(15_000)
      })

      it('says in flight, not conflict, to another body while nothing is acknowledged, then lets it take over', async () => {
        const key = newKey()
        expect(await claimOne(claimOf(key, fpA), brief)).toEqual({ state: 'won' })
        expect(await claimOne(claimOf(key, fpB), brief)).toMatchObject({ state: 'in-flight' })
        const taker = claimOf(key, fpB)
        await expect.poll(() => claimOne(taker, brief), { timeout: 5_000 }).toEqual({ state: 'won' })
        await settleOne(settleOf(key, fpB))
        expect(await claimOne(claimOf(key, fpA))).toEqual({ state: 'conflict', fp: fpB })
      })

      it("does not give a lease back to the same owner's other body", async () => {
        const key = newKey()
        const owner = randomUUID()
        expect(await claimOne({ ...claimOf(key, fpA), owner })).toEqual({ state: 'won' })
        expect(await claimOne({ ...claimOf(key, fpB), owner })).toMatchObject({ state: 'in-flight' })
      })

      it('answers a settled key with its result, and with a conflict to another body', async () => {
        const key = newKey()
        const settled = settleOf(key)
        await claimOne(claimOf(key))
        expect(await settleOne(settled)).toEqual({ state: 'stored' })
        expect(await claimOne(claimOf(key))).toEqual({ state: 'settled', result: settled.result })
        expect(await claimOne(claimOf(key), second)).toEqual({ state: 'settled', result: settled.result })
        expect(await claimOne(claimOf(key, fpB))).toEqual({ state: 'conflict', fp: fpA })
      })

      it('keeps tenants, scopes and keys apart', async () => {
        const key = newKey()
        const own = { ...claimOf(key), scope: 'ab', key: 'c' }
        const others: ClaimRequest[] = [
          { ...own, tenantId: randomUUID() as TenantId },
          { ...own, scope: 'a', key: 'bc' },
          { ...own, scope: 'native-test' },
          { ...own, key: 'C' },
        ]
        const answers = await claims.claim([own, ...others].map((one) => ({ ...one, owner: randomUUID() })))
        expect(answers.map((answer) => answer.state)).toEqual(Array(5).fill('won'))
      })

      it('takes any key of 255 bytes and answers 450 of them in order', async () => {
        const keys = range(450).map((index) => ({ ...newKey(), key: `${index}:${'~'.repeat(251)}`.slice(0, 255) }))
        await claims.settle(keys.filter((_, index) => index % 3 === 0).map((key) => settleOf(key)))
        const answers = await claims.claim(keys.map((key) => claimOf(key)))
        expect(answers.map((answer) => answer.state)).toEqual(
          range(450).map((index) => (index % 3 === 0 ? 'settled' : 'won')),
        )
      })

      it('lets one of two bodies win that one call claims under one key', async () => {
        const key = newKey()
        const answers = await claims.claim([claimOf(key, fpA), claimOf(key, fpB)])
        expect(answers.map((answer) => answer.state).sort()).toEqual(['in-flight', 'won'])
      })

      it('answers an empty call with nothing', async () => {
        expect(await claims.claim([])).toEqual([])
        expect(await claims.settle([])).toEqual([])
        await claims.yield([])
      })

      it("does not care for the caller's clock", async () => {
        const key = newKey()
        await claimOne(claimOf(key))
        for (const shiftMs of [3_600_000, -3_600_000]) {
          vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + shiftMs })
          expect(await claimOne(claimOf(key))).toMatchObject({ state: 'in-flight' })
          vi.useRealTimers()
        }
        vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 })
        const ahead = newKey()
        expect(await claimOne(claimOf(ahead), brief)).toEqual({ state: 'won' })
        const taker = claimOf(ahead)
        vi.useRealTimers()
        await expect.poll(() => claimOne(taker, brief), { timeout: 5_000 }).toEqual({ state: 'won' })
      })

      it('forgets an unsettled claim after its time', async () => {
        const forgetful = await harness.open('ingest', { leaseMs: 60_000, pendingMs: 300 })
        const key = newKey()
        await claimOne(claimOf(key), forgetful)
        expect(await claimOne(claimOf(key), forgetful)).toMatchObject({ state: 'in-flight' })
        const other = claimOf(key, fpB)
        await expect.poll(() => claimOne(other, forgetful), { timeout: 5_000 }).toEqual({ state: 'won' })
        await forgetful.close()
      })
    })

    describe('settle', () => {
      it('stores a result without a claim', async () => {
        const settled = settleOf(newKey())
        expect(await settleOne(settled)).toEqual({ state: 'stored' })
        expect(await claimOne(claimOf(settled))).toEqual({ state: 'settled', result: settled.result })
      })

      it('keeps the first result when the owner comes back after a takeover', async () => {
        const key = newKey()
        await claimOne(claimOf(key), brief)
        const taker = claimOf(key)
        await expect.poll(() => claimOne(taker, brief), { timeout: 5_000 }).toEqual({ state: 'won' })
        const first = settleOf(key)
        expect(await settleOne(first, second)).toEqual({ state: 'stored' })
        const late = settleOf(key)
        expect(await settleOne(late)).toEqual({ state: 'already', result: first.result })
        expect(await claimOne(claimOf(key))).toEqual({ state: 'settled', result: first.result })
      })

      it('settles over an unsettled claim of another body, and conflicts with a settled one', async () => {
        const key = newKey()
        await claimOne(claimOf(key, fpA))
        const stored = settleOf(key, fpB)
        expect(await settleOne(stored)).toEqual({ state: 'stored' })
        expect(await settleOne(settleOf(key, fpA))).toEqual({ state: 'conflict', fp: fpB })
        expect(await claimOne(claimOf(key, fpB))).toEqual({ state: 'settled', result: stored.result })
      })

      it('stores one of 50 results that come at once', async () => {
        const key = newKey()
        const requests = range(50).map(() => settleOf(key))
        const answers = await Promise.all(
          requests.map((one, index) => settleOne(one, index % 2 === 0 ? claims : second)),
        )
        const winner = requests[answers.findIndex((answer) => answer.state === 'stored')]!
        expect(answers.filter((answer) => answer.state === 'stored').length).toBe(1)
        for (const answer of answers) {
          if (answer.state !== 'stored') expect(answer).toEqual({ state: 'already', result: winner.result })
        }
      })

      it('is forgotten after its time to live', async () => {
        const key = newKey()
        await settleOne({ ...settleOf(key), ttlMs: 300 })
        expect(await claimOne(claimOf(key))).toMatchObject({ state: 'settled' })
        const other = claimOf(key, fpB)
        await expect.poll(() => claimOne(other), { timeout: 5_000 }).toEqual({ state: 'won' })
      })

      it('keeps offsets and times beyond 2^32 exactly', async () => {
        const settled = settleOf(newKey())
        const result = {
          ...settled.result,
          offset: Number.MAX_SAFE_INTEGER,
          acceptedAtMs: 4_102_444_800_123,
          partition: 23,
        }
        await settleOne({ ...settled, result })
        expect(await claimOne(claimOf(settled))).toEqual({ state: 'settled', result })
      })
    })

    describe('yield', () => {
      it('lets the next try take over at once, with another body too', async () => {
        const key = newKey()
        const request = claimOf(key, fpA)
        await claimOne(request)
        await claims.yield([request])
        expect(await claimOne(claimOf(key, fpB))).toEqual({ state: 'won' })
      })

      it("changes nothing of another owner's claim", async () => {
        const key = newKey()
        await claimOne(claimOf(key))
        await claims.yield([claimOf(key)])
        expect(await claimOne(claimOf(key))).toMatchObject({ state: 'in-flight' })
      })

      it('changes nothing of a settled key, nor of one that nobody claimed', async () => {
        const key = newKey()
        const request = claimOf(key)
        await claimOne(request)
        const settled = settleOf(key)
        await settleOne(settled)
        await claims.yield([request, claimOf(newKey())])
        expect(await claimOne(claimOf(key))).toEqual({ state: 'settled', result: settled.result })
      })
    })

    it('drops every claim on reset and tells how many', async () => {
      const operator = await harness.open('operator')
      await operator.reset()
      const keys = range(7).map(() => newKey())
      await claims.settle(keys.map((key) => settleOf(key)))
      expect(await operator.reset()).toBe(7)
      expect(await operator.reset()).toBe(0)
      expect((await claims.claim(keys.map((key) => claimOf(key)))).map((answer) => answer.state)).toEqual(
        Array(7).fill('won'),
      )
      await operator.close()
    })

    // Last: they take the store away under everybody.
    describe('faults', () => {
      const timeout = { timeout: 120_000 }

      async function expectUnavailable(work: Promise<unknown>): Promise<void> {
        const startedAt = performance.now()
        const error = await work.then(
          () => undefined,
          (reason: unknown) => reason,
        )
        expect(error).toBeInstanceOf(MeshError)
        expect(error).toMatchObject({ code: 'claims_unavailable', retryable: true })
        expect(performance.now() - startedAt).toBeLessThan(unavailableMs + 150)
      }

      it('throws in time, every call, while the store is silent, and recovers', timeout, async () => {
        const request = claimOf(newKey())
        await claimOne(request)
        await harness.silenceBackend()
        try {
          await expectUnavailable(claims.claim([claimOf(newKey())]))
          await expectUnavailable(claims.settle([settleOf(newKey())]))
          await expectUnavailable(claims.yield([request]))
          await expectUnavailable(Promise.all(range(300).map(() => claims.claim([claimOf(newKey())]))))
        } finally {
          await harness.hearBackend()
        }
        await expect
          .poll(() => claimOne(claimOf(newKey())).catch((error: MeshError) => error.code), { timeout: recoveryMs })
          .toEqual({ state: 'won' })
      })

      it('throws in time while the store is dead, says so in check, and recovers', timeout, async () => {
        await harness.killBackend()
        await expectUnavailable(claims.claim([claimOf(newKey())]))
        await expectUnavailable(claims.settle([settleOf(newKey())]))
        expect((await claims.check()).ok).toBe(false)
        await harness.startBackend()
        await expect
          .poll(() => claimOne(claimOf(newKey())).catch((error: MeshError) => error.code), { timeout: recoveryMs })
          .toEqual({ state: 'won' })
        expect((await claims.check()).ok).toBe(true)
      })
    })
  })
}

type Key = { readonly tenantId: TenantId; readonly scope: string; readonly key: string }

const fpA = 'a1'.repeat(32)
const fpB = 'b2'.repeat(32)

function newKey(): Key {
  return { tenantId: randomUUID() as TenantId, scope: 'native', key: `order-${randomUUID()}` }
}

function claimOf({ tenantId, scope, key }: Key, fp = fpA): ClaimRequest {
  return { tenantId, scope, key, fp, owner: randomUUID() }
}

function settleOf({ tenantId, scope, key }: Key, fp = fpA): SettleRequest {
  const result: ClaimResult = {
    eventId: randomUUID() as EventId,
    acceptedAtMs: 1_760_000_000_000,
    partition: 0,
    offset: 42,
  }
  return { tenantId, scope, key, fp, result, ttlMs: 60_000 }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
