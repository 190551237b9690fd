import { setTimeout as wait } from 'node:timers/promises'
import { openRates, type RateLease, type Rates, type RateUse } from '@eventmesh/bus'
import { redisPart, withPart } from '@eventmesh/bus/parts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RedisServer, startRedis } from '../../../tests/parts/redis.ts'
import type { Caller } from './caller.ts'
import { Budget } from './limit.ts'
import { defaultLimits } from './limits.ts'
import { type RateRenewal, renewRates } from './renew-rates.ts'
import { SharedBuckets } from './shared-buckets.ts'

const caller = (tenantId: string, keyId = `key of ${tenantId}`) =>
  ({ kind: 'key', tenantId, id: keyId }) as unknown as Caller

describe('shared buckets', () => {
  const make = (share = 1) => new SharedBuckets({ prefix: 'tenant:', rate: 10, share, burst: 100, entriesMax: 3 })
  const told = (used: number, asked = used): RateUse => ({ bucket: 'tenant:a', rate: 10, burst: 100, used, asked })

  it('tell what was taken and asked for since the last time', () => {
    const buckets = make()
    buckets.take('a', 3, 0)
    buckets.take('a', 2, 0)
    buckets.refuse('a', 7)
    expect(buckets.collect(10)).toEqual([{ name: 'a', use: told(5, 12) }])
    expect(buckets.collect(10)).toEqual([{ name: 'a', use: told(0) }])
  })

  it('hold what the lease says, less what was taken meanwhile, and refill by the share of the rate', () => {
    const buckets = make()
    buckets.take('a', 50, 0)
    buckets.collect(10)
    buckets.take('a', 4, 0)
    buckets.apply('a', told(50), { tokens: 20, share: 0.25 }, 0)
    expect(buckets.left('a', 0)).toBe(16)
    expect(buckets.left('a', 2_000)).toBe(21)
    expect(buckets.waitMs('a', 26, 2_000)).toBe(2_000)
  })

  it('wait out their share of what was passed too much', () => {
    const buckets = make()
    buckets.take('a', 1, 0)
    buckets.collect(10)
    buckets.apply('a', told(1), { tokens: -40, share: 0.5 }, 0)
    expect(buckets.waitMs('a', 1, 0)).toBe(4_200)
  })

  it('are forgotten when they are full and nothing was asked for', () => {
    const buckets = make()
    buckets.take('a', 1, 0)
    buckets.collect(10)
    buckets.apply('a', told(1), { tokens: 100, share: 0.5 }, 0)
    expect(buckets.collect(10)).toHaveLength(1)
    buckets.apply('a', told(0), { tokens: 100, share: 0.5 }, 0)
    expect(buckets.collect(10)).toEqual([])
    expect(buckets.left('a', 0)).toBe(100)
  })

  it('go on with the configured share when no lease comes', () => {
    const buckets = make(0.5)
    buckets.take('a', 100, 0)
    buckets.collect(10)
    buckets.apply('a', told(100), { tokens: 0, share: 0.1 }, 0)
    expect(buckets.left('a', 10_000)).toBe(10)
    buckets.standAlone(10_000)
    expect(buckets.left('a', 20_000)).toBe(60)
  })

  it('take turns when there are more than one call may hold, and stay bounded', () => {
    const buckets = make()
    for (const name of ['a', 'b', 'c', 'd']) buckets.take(name, 1, 0)
    const names = () => buckets.collect(2).map(({ name }) => name)
    expect([names(), names(), names()]).toEqual([
      ['a', 'b'],
      ['c', 'a'],
      ['b', 'c'],
    ])
  })
})

describe('the renewal', () => {
  it('keeps a lease through one lost answer, and drops it after 3 s without any', async () => {
    const buckets = new SharedBuckets({ prefix: 'tenant:', rate: 1_000, share: 1, burst: 10, entriesMax: 3 })
    let isAway = false
    const calls: number[] = []
    const rates: Rates = {
      async renew(uses): Promise<readonly RateLease[]> {
        calls.push(uses.length)
        if (isAway) throw new Error('away')
        return uses.map(() => ({ tokens: 0, share: 0.001 }))
      },
      close: async () => {},
    }
    const renewal = renewRates([buckets], rates)
    const isSlow = () => buckets.waitMs('a', 5, performance.now()) > 1_000
    buckets.take('a', 5, performance.now())
    await expect.poll(isSlow, { timeout: 3_000 }).toBe(true)
    isAway = true
    const called = calls.length
    await expect.poll(() => calls.length, { timeout: 3_000 }).toBe(called + 1)
    expect(isSlow()).toBe(true)
    await expect.poll(isSlow, { timeout: 5_000 }).toBe(false)
    await renewal.stop()
  })
})

withPart(redisPart, () => {
  describe('two processes on one Redis', { timeout: 40_000 }, () => {
    let redis: RedisServer
    beforeAll(async () => {
      redis = await startRedis()
    })
    afterAll(() => redis.close())

    const running: { renewal: RateRenewal; rates: Rates }[] = []
    afterEach(async () => {
      for (const { renewal, rates } of running.splice(0)) {
        await renewal.stop()
        await rates.close()
      }
    })

    async function startProcess(limits: Partial<typeof defaultLimits>): Promise<Budget> {
      const budget = new Budget({ ...defaultLimits, ...limits })
      const rates = await openRates({ url: redis.url })
      running.push({ rates, renewal: renewRates([budget.tenants, budget.keys], rates) })
      return budget
    }

    /** Asks each of them `perTurn` times every 10 ms; answers how many each let pass. */
    async function load(budgets: readonly Budget[], perTurn: readonly number[], ms: number, tenant: string) {
      const passed = budgets.map(() => 0)
      for (const until = performance.now() + ms; performance.now() < until; await wait(10)) {
        for (const [at, budget] of budgets.entries()) {
          for (let i = 0; i < perTurn[at]!; i += 1) if (budget.take(caller(tenant), 1) === 0) passed[at]! += 1
        }
      }
      return passed
    }

    it('together pass the tenant’s rate, not twice it, each by what is asked of it', async () => {
      const limits = { tenantRate: 200, tenantBurst: 100, keyRate: 0 }
      const budgets = [await startProcess(limits), await startProcess(limits)]
      // Each has given out its burst and what it was allowed before it knew of the other.
      await load(budgets, [9, 3], 4_000, 'acme')
      const startedAt = performance.now()
      const passed = await load(budgets, [9, 3], 6_000, 'acme')
      const perSecond = passed.map((count) => (count * 1_000) / (performance.now() - startedAt))
      expect(perSecond[0]! + perSecond[1]!).toBeGreaterThan(150)
      expect(perSecond[0]! + perSecond[1]!).toBeLessThan(260)
      expect(perSecond[0]!).toBeGreaterThan(perSecond[1]! * 2)
      expect(perSecond[1]!).toBeGreaterThan(20)
    })

    it('share the rate of a key too', async () => {
      const limits = { tenantRate: 0, keyRate: 100, keyBurst: 50 }
      const budgets = [await startProcess(limits), await startProcess(limits)]
      await load(budgets, [5, 5], 5_000, 'globex')
      const startedAt = performance.now()
      const [first, second] = await load(budgets, [5, 5], 4_000, 'globex')
      const perSecond = ((first! + second!) * 1_000) / (performance.now() - startedAt)
      expect(perSecond).toBeGreaterThan(70)
      expect(perSecond).toBeLessThan(140)
    })

    it('cost Redis one command a second each, however much they pass', async () => {
      const limits = { tenantRate: 100_000, tenantBurst: 100_000, keyRate: 0 }
      const budgets = [await startProcess(limits), await startProcess(limits)]
      const commands = async () =>
        Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.command('INFO', 'commandstats'))?.[1] ?? 0)
      await load(budgets, [10, 10], 1_500, 'initech')
      const before = await commands()
      const startedAt = performance.now()
      await load(budgets, [100, 100], 3_000, 'initech')
      const seconds = (performance.now() - startedAt) / 1_000
      expect((await commands()) - before).toBeLessThanOrEqual(2 * Math.ceil(seconds))
    })
  })
})
