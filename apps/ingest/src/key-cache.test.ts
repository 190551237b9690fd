import { createHash } from 'node:crypto'
import type { KeyRecord } from '@eventmesh/db'
import type { KeyId, TenantId } from '@eventmesh/envelope'
import { describe, expect, it } from 'vitest'
import { KeyCache } from './key-cache.ts'
import { defaultLimits, type Limits } from './limits.ts'

const tenantId = '018f0000-0000-7000-8000-00000000000a' as TenantId
const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

function record(more: Partial<KeyRecord> = {}): KeyRecord {
  return {
    keyId: '018f0000-0000-7000-8000-0000000000c1' as KeyId,
    tenantId,
    tenantSlug: 'default',
    tenantSuspendedAt: null,
    mode: 'live',
    scopes: ['events:write'],
    allowedIps: [],
    expiresAt: null,
    revokedAt: null,
    disabledAt: null,
    overlapEndsAt: null,
    kind: 'standard',
    settings: { requireIdempotencyKey: false, claims: 'degrade', dedupWindowS: null },
    ...more,
  }
}

/** A key store that answers when told to. */
function store(limits: Partial<Limits> = {}) {
  const asked: string[] = []
  const state: { answer: () => Promise<KeyRecord | undefined> } = { answer: async () => record() }
  const cache = new KeyCache(
    (hash) => {
      asked.push(hash.toString('hex'))
      return state.answer()
    },
    { ...defaultLimits, ...limits },
  )
  return { cache, asked, state }
}

const hash = hashOf('a')

describe('key cache', () => {
  it('asks nobody for a key that it has', async () => {
    const { cache, asked } = store()
    await cache.load(hash, 0)
    expect(cache.find(hash, 9_999)).toMatchObject({ tenantId })
    expect(asked).toHaveLength(1)
  })

  it('looks an entry up again beside the request from 10 s on, and serves it meanwhile', async () => {
    const { cache, asked, state } = store()
    await cache.load(hash, 0)
    state.answer = async () => record({ disabledAt: new Date(0) })
    expect(cache.find(hash, 10_000)).toMatchObject({ disabledAt: null })
    expect(asked).toHaveLength(2)
    await cache.load(hash, 10_000)
    expect(cache.find(hash, 10_001)).toMatchObject({ disabledAt: new Date(0) })
  })

  it('serves a known key while the store is away, up to the hard age and not beyond', async () => {
    const { cache, state } = store()
    await cache.load(hash, 0)
    state.answer = () => Promise.reject(new Error('away'))
    expect(cache.find(hash, 29_999)).toMatchObject({ tenantId })
    expect(cache.find(hash, 30_000)).toBeUndefined()
    await expect(cache.load(hash, 30_000)).rejects.toThrow('away')
  })

  it('does not ask again with every request after a failure', async () => {
    const { cache, asked, state } = store()
    await cache.load(hash, 0)
    state.answer = () => Promise.reject(new Error('away'))
    cache.find(hash, 10_000)
    await expect(cache.load(hash, 10_000)).rejects.toThrow('away')
    const before = asked.length
    cache.find(hash, 10_500)
    expect(asked).toHaveLength(before)
    cache.find(hash, 11_000)
    expect(asked).toHaveLength(before + 1)
  })

  it('asks once for many requests of one key', async () => {
    const { cache, asked } = store()
    await Promise.all(Array.from({ length: 100 }, () => cache.load(hash, 0)))
    expect(asked).toHaveLength(1)
  })

  it('remembers for 5 s that a key is unknown', async () => {
    const { cache, state } = store()
    state.answer = async () => undefined
    expect(await cache.load(hash, 0)).toBeUndefined()
    expect(cache.find(hash, 4_999)).toBe('absent')
    expect(cache.find(hash, 5_000)).toBeUndefined()
  })

  it('keeps no more entries than allowed', async () => {
    const { cache } = store({ keysMax: 2 })
    for (const name of ['a', 'b', 'c']) await cache.load(hashOf(name), 0)
    expect(cache.size).toBe(2)
    expect(cache.find(hashOf('a'), 1)).toBeUndefined()
    expect(cache.find(hashOf('c'), 1)).toMatchObject({ tenantId })
  })

  it('knows the hash of a text in use, until its key is forgotten, replaced or crowded out', async () => {
    const { cache } = store({ keysMax: 2 })
    const use = async (text: string): Promise<void> => {
      await cache.load(hashOf(text), 0)
      cache.find(hashOf(text), 1, text)
    }
    await use('a')
    expect(cache.hashOf('a')).toEqual(hash)
    expect(cache.hashOf('b')).toBeUndefined()
    cache.forget(hash)
    expect(cache.hashOf('a')).toBeUndefined()
    await use('a')
    cache.forgetTenant(tenantId)
    expect(cache.hashOf('a')).toBeUndefined()
    await use('a')
    await cache.load(hash, 2)
    expect(cache.hashOf('a')).toBeUndefined()
    for (const text of ['a', 'b', 'c']) await use(text)
    expect(['a', 'b', 'c'].map((text) => cache.hashOf(text) !== undefined)).toEqual([false, true, true])
  })

  it('forgets a key, and all keys of a tenant', async () => {
    const { cache, state } = store()
    await cache.load(hash, 0)
    cache.forget(hash)
    expect(cache.find(hash, 1)).toBeUndefined()

    await cache.load(hash, 0)
    state.answer = async () => record({ tenantId: '018f0000-0000-7000-8000-00000000000b' as TenantId })
    await cache.load(hashOf('b'), 0)
    cache.forgetTenant(tenantId)
    expect(cache.find(hash, 1)).toBeUndefined()
    expect(cache.find(hashOf('b'), 1)).toBeDefined()
  })

  it('does not keep an answer that set out before the key changed', async () => {
    const { cache, state } = store()
    let answer: (record: KeyRecord) => void = () => {}
    state.answer = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const loading = cache.load(hash, 0)
    cache.forget(hash)
    answer(record())
    await loading
    expect(cache.find(hash, 1)).toBeUndefined()
  })

  it('looks everything up again after the listener was away', async () => {
    const { cache, asked } = store()
    const now = performance.now()
    await cache.load(hash, now)
    cache.refreshAll()
    expect(cache.find(hash, performance.now())).toMatchObject({ tenantId })
    expect(asked).toHaveLength(2)
  })

  it('matches addresses against ranges of both families', async () => {
    const { cache, state } = store()
    state.answer = async () => record({ allowedIps: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7'] })
    const key = await cache.load(hash, 0)
    const allows = (ip: string, family: 'ipv4' | 'ipv6') => key?.allowedAddresses?.check(ip, family)
    expect(allows('192.0.2.255', 'ipv4')).toBe(true)
    expect(allows('192.0.3.0', 'ipv4')).toBe(false)
    expect(allows('198.51.100.7', 'ipv4')).toBe(true)
    expect(allows('198.51.100.8', 'ipv4')).toBe(false)
    expect(allows('2001:db8:ffff::1', 'ipv6')).toBe(true)
    expect(allows('2001:db9::1', 'ipv6')).toBe(false)
  })
})
