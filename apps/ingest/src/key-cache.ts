import { BlockList, isIP } from 'node:net'
import type { KeyRecord } from '@eventmesh/db'
import type { Limits } from './limits.ts'

/** A key's record with what is derived from it once. */
export type CachedKey = KeyRecord & { readonly allowedAddresses: BlockList | undefined }

export type KeyLookup = (hash: Buffer) => Promise<KeyRecord | undefined>

/**
 * API keys by hash, so that a request of a known key asks no database.
 *
 *   fresh ─refresh age▶ served and refreshed beside the request ─hard age▶ must be loaded
 *
 * While Postgres is away a known key is served up to its hard age. Each hash is looked up at most once at a time; unknown
 * ones are remembered for a few seconds. What changes is forgotten at once (`forgetKey`, `forgetTenant`, `forgetAll`).
 */
export class KeyCache {
  readonly #lookup: KeyLookup
  readonly #limits: Pick<Limits, 'keyRefreshMs' | 'keyHardAgeMs' | 'keysMax' | 'unknownKeyMs' | 'unknownKeysMax'>
  readonly #known = new Map<string, Entry>()
  readonly #unknown = new Map<string, number>()
  readonly #loading = new Map<string, Promise<CachedKey | undefined>>()
  /** Counts what was forgotten: an answer that set out before that is not kept. */
  #epoch = 0

  constructor(lookup: KeyLookup, limits: Limits) {
    this.#lookup = lookup
    this.#limits = limits
  }

  /** The cached record, `absent` for a key known to be unknown, undefined when only `load` can tell. `now` is monotonic. */
  find(hash: Buffer, now: number): CachedKey | 'absent' | undefined {
    const id = hash.toString('latin1')
    const entry = this.#known.get(id)
    if (entry === undefined) {
      const until = this.#unknown.get(id)
      return until !== undefined && now < until ? 'absent' : undefined
    }
    const age = now - entry.at
    if (age >= this.#limits.keyHardAgeMs) return undefined
    if (age >= this.#limits.keyRefreshMs && now >= entry.refreshAt) {
      entry.refreshAt = now + refreshPauseMs
      this.load(hash, now).catch(() => {
        // The entry stays good until its hard age; then `load` is asked again and its caller sees the failure.
      })
    }
    return entry.key
  }

  /** Asks Postgres; rejects when that cannot answer. */
  load(hash: Buffer, now: number): Promise<CachedKey | undefined> {
    const id = hash.toString('latin1')
    const running = this.#loading.get(id)
    if (running !== undefined) return running
    const epoch = this.#epoch
    const loading: Promise<CachedKey | undefined> = this.#lookup(hash)
      .then((record) => {
        const key = record === undefined ? undefined : { ...record, allowedAddresses: addressList(record.allowedIps) }
        if (epoch === this.#epoch) this.#keep(id, key, now)
        return key
      })
      .finally(() => {
        if (this.#loading.get(id) === loading) this.#loading.delete(id)
      })
    this.#loading.set(id, loading)
    return loading
  }

  forgetKey(hash: Buffer): void {
    const id = hash.toString('latin1')
    this.#epoch += 1
    this.#known.delete(id)
    this.#unknown.delete(id)
    this.#loading.delete(id)
  }

  forgetTenant(tenantId: string): void {
    this.#epoch += 1
    this.#loading.clear()
    for (const [id, entry] of this.#known) if (entry.key.tenantId === tenantId) this.#known.delete(id)
  }

  /** After the listener was away: what it missed is not known, so every entry is looked up again at its next use. */
  refreshAll(): void {
    this.#epoch += 1
    this.#unknown.clear()
    for (const entry of this.#known.values()) {
      entry.at = Math.min(entry.at, performance.now() - this.#limits.keyRefreshMs)
      entry.refreshAt = 0
    }
  }

  get size(): number {
    return this.#known.size
  }

  #keep(id: string, key: CachedKey | undefined, now: number): void {
    this.#known.delete(id)
    this.#unknown.delete(id)
    if (key !== undefined) bounded(this.#known, this.#limits.keysMax).set(id, { key, at: now, refreshAt: 0 })
    else bounded(this.#unknown, this.#limits.unknownKeysMax).set(id, now + this.#limits.unknownKeyMs)
  }
}

type Entry = { readonly key: CachedKey; at: number; refreshAt: number }

// A refresh that failed is not tried again with every request.
const refreshPauseMs = 1_000

/** Makes room for one: the entry that was written longest ago goes. */
function bounded<Value>(map: Map<string, Value>, max: number): Map<string, Value> {
  if (map.size < max) return map
  for (const oldest of map.keys()) {
    map.delete(oldest)
    break
  }
  return map
}

function addressList(ranges: readonly string[]): BlockList | undefined {
  if (ranges.length === 0) return undefined
  const list = new BlockList()
  for (const range of ranges) {
    const [address, bits] = range.split('/')
    const family = isIP(address!) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address!, family)
    else list.addSubnet(address!, Number(bits), family)
  }
  return list
}
