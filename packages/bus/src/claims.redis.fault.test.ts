import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import type { EventId, TenantId } from '@eventmesh/envelope'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startProxy, type TcpProxy } from '../../../tests/parts/proxy.ts'
import { type RedisServer, startRedis } from '../../../tests/parts/redis.ts'
import { judgeInfo, openRedisClaims, parseInfo } from './claims.redis.ts'
import type { ClaimRequest, Claims, SettleRequest } from './claims.ts'
import { redisPart, withPart } from './testing/parts.ts'

const fp = 'a1'.repeat(32)
const tenantId = randomUUID() as TenantId

function claimOf(key: string): ClaimRequest {
  return { tenantId, scope: 'native', key, fp, owner: randomUUID() }
}

function settleOf(key: string): SettleRequest {
  const result = { eventId: randomUUID() as EventId, acceptedAtMs: 1, partition: 0, offset: 7 }
  return { tenantId, scope: 'native', key, fp, result, ttlMs: 60_000 }
}

const newKey = () => `order-${randomUUID()}`

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'answered',
    (error: { code?: string }) => error.code ?? 'no code',
  )
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly ms: number }> {
  const startedAt = performance.now()
  return { value: await work(), ms: performance.now() - startedAt }
}

withPart(redisPart, () => {
  describe('claims on Redis under faults', { timeout: 60_000 }, () => {
    let redis: RedisServer
    let proxy: TcpProxy
    let claims: Claims

    beforeAll(async () => {
      redis = await startRedis()
      proxy = await startProxy(redis.address)
      claims = await openRedisClaims({ url: `redis://${proxy.address}` })
    })

    beforeEach(async () => {
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 15_000 }).toBe('answered')
    })

    afterAll(async () => {
      await claims.close()
      await proxy.close()
      await redis.close()
    })

    test('R1: a server that is down at boot is no reason not to start, and is used once it is there', async () => {
      const late = await startRedis()
      await late.kill()
      const early = await openRedisClaims({ url: late.url })
      const { value, ms } = await timed(() => codeOf(early.claim([claimOf(newKey())])))
      expect(value).toBe('claims_unavailable')
      expect(ms).toBeLessThan(400)
      expect((await early.check()).ok).toBe(false)
      await late.start()
      await expect.poll(() => codeOf(early.claim([claimOf(newKey())])), { timeout: 15_000 }).toBe('answered')
      await early.close()
      await late.close()
    })

    test('R1: a kill in mid-load fails each call in time, and answers come again without a restart', async () => {
      const slowest = { ms: 0 }
      const codes = new Set<string>()
      const load = new AbortController()
      const senders = Array.from({ length: 16 }, async () => {
        while (!load.signal.aborted) {
          const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
          codes.add(value)
          slowest.ms = Math.max(slowest.ms, ms)
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      })
      await expect.poll(() => codes.has('answered')).toBe(true)
      await redis.kill()
      await expect.poll(() => codes.has('claims_unavailable')).toBe(true)
      await redis.start()
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 15_000 }).toBe('answered')
      load.abort()
      await Promise.all(senders)
      expect([...codes].sort()).toEqual(['answered', 'claims_unavailable'])
      expect(slowest.ms).toBeLessThan(500)
    })

    test('R2: a stopped server costs 250 ms until the breaker opens, then next to nothing', async () => {
      redis.freeze()
      try {
        // Five failures open it; the sixth call may leave while the fifth is being counted.
        for (let failure = 0; failure < 6; failure += 1) {
          const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
          expect(value).toBe('claims_unavailable')
          expect(ms).toBeLessThan(400)
        }
        for (let call = 0; call < 20; call += 1) {
          const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
          expect(value).toBe('claims_unavailable')
          expect(ms).toBeLessThan(100)
        }
        const error: unknown = await claims.claim([claimOf(newKey())]).catch((reason: unknown) => reason)
        expect(error).toMatchObject({ retryAfterMs: expect.toSatisfy((ms: number) => ms > 0 && ms <= 2_000) })
      } finally {
        redis.thaw()
      }
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 10_000 }).toBe('answered')
    })

    test('R2: two seconds of latency time out in time, and pass', async () => {
      proxy.faults.latencyMs = 2_000
      const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
      proxy.faults.latencyMs = 0
      expect(value).toBe('claims_unavailable')
      expect(ms).toBeLessThan(400)
    })

    test.each([0, 1, 5, 9])(
      'R3: a reply that is lost after %i bytes, when the script has run, is no duplicate',
      async (bytes) => {
        const request = claimOf(newKey())
        const cut = proxy.cutAfter('to-client', bytes)
        expect(await claims.claim([request])).toEqual([{ state: 'won' }])
        await cut
        const other = await claims.claim([{ ...request, owner: randomUUID() }])
        expect(other).toMatchObject([{ state: 'in-flight' }])
      },
    )

    test('R4: after FLUSHALL a settled key is won again, which makes a copy at most', async () => {
      const key = newKey()
      await claims.settle([settleOf(key)])
      expect(await claims.claim([claimOf(key)])).toMatchObject([{ state: 'settled' }])
      await redis.command('FLUSHALL')
      expect(await claims.claim([claimOf(key)])).toEqual([{ state: 'won' }])
    })

    test('R5: a server that forgot the scripts gets them again', async () => {
      const key = newKey()
      await redis.command('SCRIPT', 'FLUSH')
      expect(await claims.claim([claimOf(key)])).toEqual([{ state: 'won' }])
      await redis.command('SCRIPT', 'FLUSH')
      expect(await claims.settle([settleOf(key)])).toEqual([{ state: 'stored' }])
    })

    test('R5: a server that has become a replica makes claims unavailable until it is a primary again', async () => {
      await redis.command('REPLICAOF', '127.0.0.1', '1')
      const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
      await redis.command('REPLICAOF', 'NO', 'ONE')
      expect(value).toBe('claims_unavailable')
      expect(ms).toBeLessThan(400)
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 10_000 }).toBe('answered')
    })

    test('R5: a server that is busy with a script makes claims unavailable in time', async () => {
      await redis.command('CONFIG', 'SET', 'lua-time-limit', '50')
      const script = redis.command('EVAL', 'while true do end', '0').catch(() => undefined)
      await expect.poll(() => redis.command('PING'), { timeout: 5_000 }).toContain('BUSY')
      const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
      await redis.command('SCRIPT', 'KILL')
      await script
      expect(value).toBe('claims_unavailable')
      expect(ms).toBeLessThan(400)
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 10_000 }).toBe('answered')
    })

    test('R6: memory that is full makes claims unavailable, and room makes them answer again', async () => {
      await redis.command('CONFIG', 'SET', 'maxmemory', '1mb')
      expect(await codeOf(claims.claim([claimOf(newKey())]))).toBe('claims_unavailable')
      expect((await claims.check()).detail).toMatch(/redis memory is at \d+ %/)
      await redis.command('CONFIG', 'SET', 'maxmemory', '0')
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 10_000 }).toBe('answered')
    })

    test('R7: a claim that timed out and runs later holds the key for its owner, and for a lease only', async () => {
      const brief = await openRedisClaims({ url: redis.url, leaseMs: 400 })
      const request = claimOf(newKey())
      redis.freeze()
      const code = await codeOf(brief.claim([request]))
      redis.thaw()
      expect(code).toBe('claims_unavailable')
      const other = { ...request, owner: randomUUID() }
      await expect.poll(async () => (await brief.claim([other]))[0]?.state, { timeout: 5_000 }).toBe('won')
      await brief.close()
    })

    test('S56: an error names no key, fingerprint or owner, however deep one looks', async () => {
      const request = claimOf('secret-key')
      await redis.command('CONFIG', 'SET', 'maxmemory', '1mb')
      const error = await claims.claim([request]).catch((reason: unknown) => reason)
      await redis.command('CONFIG', 'SET', 'maxmemory', '0')
      const shown = inspect(error, { depth: 10, showHidden: true })
      expect(shown).toContain('claims_unavailable')
      for (const secret of ['secret-key', fp, request.owner, tenantId]) expect(shown).not.toContain(secret)
    })

    test('keeps each claim as one hash under its tenant, scope and hashed key', async () => {
      const key = newKey()
      await claims.claim([claimOf(key)])
      const name = (await redis.command('KEYS', `idem:${tenantId}:native:*`)).match(/idem:[^\r]+/g) ?? []
      expect(name.every((each) => /^idem:[0-9a-f-]{36}:native:[0-9a-f]{64}$/.test(each))).toBe(true)
      expect(name.join()).not.toContain(key)
    })
  })

  describe('claims on Redis that fail over', { timeout: 30_000 }, () => {
    test('R5: what the replica has is answered on, what it lost is won again', async () => {
      const primary = await startRedis({ 'repl-diskless-sync-delay': '0' })
      const replication = await startProxy(primary.address)
      const replica = await startRedis({ replicaof: `127.0.0.1 ${replication.port}` })
      const before = await startProxy(primary.address)
      const claims = await openRedisClaims({ url: `redis://${before.address}` })
      const [copied, lost] = [newKey(), newKey()]
      const link = () => replica.command('INFO', 'replication')
      await expect.poll(link, { timeout: 15_000 }).toContain('master_link_status:up')
      await claims.settle([settleOf(copied)])
      await expect.poll(() => replica.command('DBSIZE'), { timeout: 15_000 }).toBe(':1\r\n')
      replication.faults.blackhole = 'to-client'
      expect(await claims.settle([settleOf(lost)])).toEqual([{ state: 'stored' }])

      await primary.kill()
      await before.close()
      await replica.command('REPLICAOF', 'NO', 'ONE')
      const after = await startProxy(replica.address, { port: before.port })
      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 15_000 }).toBe('answered')
      expect(await claims.claim([claimOf(copied)])).toMatchObject([{ state: 'settled' }])
      expect(await claims.claim([claimOf(lost)])).toEqual([{ state: 'won' }])

      await claims.close()
      for (const each of [after, replication, primary, replica]) await each.close()
    })
  })

  describe('claims on a Redis that loads its append-only file', { timeout: 60_000 }, () => {
    test('R5: each call ends in time while it loads, and what was settled is a replay afterwards', async () => {
      // A setting of Redis' own tests: so many microseconds more per key that is loaded.
      const redis = await startRedis({ appendonly: 'yes', appendfsync: 'always', 'key-load-delay': '150' })
      const claims = await openRedisClaims({ url: redis.url })
      const settled = newKey()
      await claims.settle([settleOf(settled)])
      const fill = "for i = 1, 20000 do redis.call('SET', 'filling:' .. i, 'x') end"
      expect(await redis.command('EVAL', fill, '0')).toBe('$-1\r\n')

      await redis.kill()
      const loaded = redis.start()
      await expect
        .poll(() => redis.command('PING').catch(() => ''), { timeout: 10_000, interval: 20 })
        .toMatch(/^-LOADING/)
      const codes: string[] = []
      let slowestMs = 0
      let isLoaded = false
      const watch = loaded.then(() => {
        isLoaded = true
      })
      while (!isLoaded) {
        const { value, ms } = await timed(() => codeOf(claims.claim([claimOf(newKey())])))
        slowestMs = Math.max(slowestMs, ms)
        codes.push(value)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      await watch
      expect(codes.filter((code) => code === 'claims_unavailable').length).toBeGreaterThan(10)
      expect(codes.filter((code) => code !== 'claims_unavailable' && code !== 'answered')).toEqual([])
      expect(slowestMs).toBeLessThan(500)

      await expect.poll(() => codeOf(claims.claim([claimOf(newKey())])), { timeout: 15_000 }).toBe('answered')
      expect(await claims.claim([claimOf(settled)])).toMatchObject([{ state: 'settled' }])
      await claims.close()
      await redis.close()
    })
  })

  describe('opening claims on Redis', { timeout: 30_000 }, () => {
    test.each(['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random'])(
      'is refused under %s',
      async (policy) => {
        const redis = await startRedis({ 'maxmemory-policy': policy })
        await expect(openRedisClaims({ url: redis.url })).rejects.toThrow(`maxmemory-policy ${policy} drops claims`)
        await redis.close()
      },
    )

    test('is refused on a cluster', async () => {
      const redis = await startRedis({ 'cluster-enabled': 'yes' })
      await expect(openRedisClaims({ url: redis.url })).rejects.toThrow('cluster')
      await redis.close()
    })

    test('goes on with an alarm under volatile-ttl', async () => {
      const redis = await startRedis({ 'maxmemory-policy': 'volatile-ttl' })
      const alarms: string[] = []
      const claims = await openRedisClaims({ url: redis.url, onAlarm: (line) => alarms.push(line) })
      expect(await claims.claim([claimOf(newKey())])).toEqual([{ state: 'won' }])
      expect(alarms).toEqual([expect.stringContaining('volatile-ttl')])
      await claims.close()
      await redis.close()
    })
  })
})

describe('judgeInfo', () => {
  const safe = { redis_version: '7.0.15', redis_mode: 'standalone', maxmemory_policy: 'noeviction', aof_enabled: '1' }
  const info = (facts: Readonly<Record<string, string>>) => new Map(Object.entries({ ...safe, ...facts }))

  test.each([
    ['699', 0],
    ['700', 1],
  ])('alarms from seven tenths of maxmemory on: %s of 1000 bytes give %i alarms', (used, alarms) => {
    expect(judgeInfo(info({ maxmemory: '1000', used_memory: used })).alarms).toHaveLength(alarms)
  })

  test('advises append-only persistence, and nothing more of a safe server', () => {
    expect(judgeInfo(info({}))).toEqual({ version: '7.0.15', refusal: undefined, alarms: [], advice: [] })
    expect(judgeInfo(info({ aof_enabled: '0' })).advice).toEqual([expect.stringContaining('appendonly')])
  })

  test('refuses a server that does not tell its policy', () => {
    expect(judgeInfo(parseInfo('# Server\r\nredis_version:7.0.15\r\n')).refusal).toContain('INFO')
  })
})
