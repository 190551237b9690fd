import type { TenantId } from '@eventmesh/envelope'
import type { Limits } from './limits.ts'

/** Whom a credential belongs to; answers undefined where nobody has it. `known`: what this process holds of it. */
export type CredentialLookup<Holder> = (hash: Buffer, known: Holder | undefined) => Promise<Holder | undefined>

/**
 * API keys, or sources by their URL tokens, by hash: a request of a known one asks no database.
 *
 *   fresh ─refresh age▶ served and refreshed beside the request ─hard age▶ must be loaded
 *
 * While Postgres is away a known one is served up to its hard age. Each hash is looked up at most once at a time; unknown
 * ones are remembered for a few seconds. What changes is forgotten at once (`forget`, `forgetTenant`, `refreshAll`).
 */
export class CredentialCache<Holder extends { readonly tenantId: TenantId }> {
  readonly #lookup: CredentialLookup<Holder>
  readonly #limits: Pick<Limits, 'keyRefreshMs' | 'keyHardAgeMs' | 'keysMax' | 'unknownKeyMs' | 'unknownKeysMax'>
  readonly #known = new Map<string, Entry<Holder>>()
  readonly #unknown = new Map<string, number>()
  readonly #loading = new Map<string, Promise<Holder | undefined>>()
  /** Counts what was forgotten: an answer that set out before that is not kept. */
  #epoch = 0

  constructor(lookup: CredentialLookup<Holder>, limits: Limits) {
    this.#lookup = lookup
    this.#limits = limits
  }

  /** What is cached, `absent` where it is known that nobody has it, undefined when only `load` can tell. `now` is monotonic. */
  find(hash: Buffer, now: number): Holder | 'absent' | undefined {
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
    return entry.holder
  }

  /** Asks Postgres; rejects when that cannot answer. */
  load(hash: Buffer, now: number): Promise<Holder | undefined> {
    const id = hash.toString('latin1')
    const running = this.#loading.get(id)
    if (running !== undefined) return running
    const epoch = this.#epoch
    const loading: Promise<Holder | undefined> = this.#lookup(hash, this.#known.get(id)?.holder)
      .then((holder) => {
        if (epoch === this.#epoch) this.#keep(id, holder, now)
        return holder
      })
      .finally(() => {
        if (this.#loading.get(id) === loading) this.#loading.delete(id)
      })
    this.#loading.set(id, loading)
    return loading
  }

  forget(hash: Buffer): void {
    const id = hash.toString('latin1')
    this.#epoch += 1
    this.#known.delete(id)
    this.#unknown.delete(id)
    this.#loading.delete(id)
  }

  forgetTenant(tenantId: string): void {
    this.#epoch += 1
    this.#loading.clear()
    for (const [id, entry] of this.#known) if (entry.holder.tenantId === tenantId) this.#known.delete(id)
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

  #keep(id: string, holder: Holder | undefined, now: number): void {
    this.#known.delete(id)
    this.#unknown.delete(id)
    if (holder !== undefined) bounded(this.#known, this.#limits.keysMax).set(id, { holder, at: now, refreshAt: 0 })
    else bounded(this.#unknown, this.#limits.unknownKeysMax).set(id, now + this.#limits.unknownKeyMs)
  }
}

type Entry<Holder> = { readonly holder: Holder; at: number; refreshAt: number }

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
