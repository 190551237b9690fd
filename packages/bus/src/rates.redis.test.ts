import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../../tests/parts/redis.ts'
import { openRedisRates } from './rates.redis.ts'
import { type Rates, rateBucketsMax } from './rates.ts'
import { redisPart, withPart } from './testing/parts.ts'

withPart(redisPart, () => {
  describe('rates on Redis', { timeout: 30_000 }, () => {
    let redis: RedisServer
    const open: Rates[] = []

    beforeAll(async () => {
      redis = await startRedis()
    })
    afterAll(async () => {
      for (const each of open) await each.close()
      await redis.close()
    })

    async function openOne(): Promise<Rates> {
      const rates = openRedisRates({ url: redis.url })
      open.push(rates)
      await expect
        .poll(() =>
          rates.renew([use(newBucket(), 0)]).then(
            () => true,
            () => false,
          ),
        )
        .toBe(true)
      return rates
    }
    const newBucket = () => `tenant:${randomUUID()}`
    const use = (bucket: string, used: number, asked = used) => ({ bucket, rate: 10, burst: 100, used, asked })

    test('a new bucket is full, and belongs to who tells of it', async () => {
      const rates = await openOne()
      expect(await rates.renew([use(newBucket(), 0)])).toEqual([{ tokens: 100, share: 1 }])
      expect(await rates.renew([])).toEqual([])
    })

    test('takes what was used, below zero too, and refills by the rate', async () => {
      const rates = await openOne()
      const bucket = newBucket()
      expect((await rates.renew([use(bucket, 130)]))[0]?.tokens).toBe(-30)
      const startedAt = performance.now()
      await wait(500)
      const [lease] = await rates.renew([use(bucket, 0)])
      const seconds = (performance.now() - startedAt) / 1_000
      expect(lease?.tokens).toBeGreaterThanOrEqual(-30 + 10 * 0.45)
      expect(lease?.tokens).toBeLessThanOrEqual(-30 + 10 * (seconds + 0.1))
    })

    test('shares the rate by what was asked of each, and takes the usage of all together', async () => {
      const [first, second] = [await openOne(), await openOne()]
      const bucket = newBucket()
      await first.renew([use(bucket, 20, 29)])
      const [ofSecond] = await second.renew([use(bucket, 40, 89)])
      expect(ofSecond?.share).toBeCloseTo(0.75, 5)
      expect(ofSecond?.tokens).toBeLessThan(45)
      const [ofFirst] = await first.renew([use(bucket, 0, 29)])
      expect(ofFirst?.share).toBeCloseTo(0.25, 5)
    })

    test('answers several buckets in order, and no more than its bound', async () => {
      const rates = await openOne()
      const buckets = [newBucket(), newBucket(), newBucket()]
      const leases = await rates.renew(buckets.map((bucket, index) => use(bucket, index * 10)))
      expect(leases.map(({ tokens }) => tokens)).toEqual([100, 90, 80])
      const many = (count: number) => Array.from({ length: count }, () => use(newBucket(), 1))
      expect(await rates.renew(many(rateBucketsMax))).toHaveLength(rateBucketsMax)
      await expect(rates.renew(many(rateBucketsMax + 1))).rejects.toThrow(/more than/)
    })

    test('forgets a bucket that would be full', async () => {
      const rates = await openOne()
      const bucket = newBucket()
      await rates.renew([use(bucket, 50)])
      const left = Number((await redis.command('PTTL', `rate:${bucket}`)).slice(1))
      expect(left).toBeGreaterThan(7_000)
      expect(left).toBeLessThanOrEqual(8_000)
    })

    test('says within its deadline that there is no answer, without what was told', async () => {
      const rates = await openOne()
      redis.freeze()
      const startedAt = performance.now()
      const bucket = newBucket()
      const error = await rates.renew([use(bucket, 1)]).catch((caught: unknown) => caught)
      expect(performance.now() - startedAt).toBeLessThan(1_000)
      redis.thaw()
      expect(String(error)).toMatch(/rates did not answer/)
      expect(String(error)).not.toContain(bucket)
    })
  })
})
