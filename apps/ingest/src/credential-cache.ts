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
  /** Of texts in use: to hash them is the dearest part of looking somebody up. Each goes with its entry. */
  readonly #hashes = new Map<string, Buffer>()
  /** Counts what was forgotten: an answer that set out before that is not kept. */
  #epoch = 0

  constructor(lookup: CredentialLookup<Holder>, limits: Limits) {
    this.#lookup = lookup
    this.#limits = limits
  }

  /** The hash of a credential's text, if that is in use here. */
  hashOf(text: string): Buffer | undefined {
    return this.#hashes.get(text)
  }

  /**
   * What is cached, `absent` where it is known that nobody has it, undefined when only `load` can tell. `now` is
   * monotonic. `text`: what was hashed.
   */
  find(hash: Buffer, now: number, text?: string): Holder | 'absent' | undefined {
    const id = hash.toString('latin1')
    const entry = this.#known.get(id)
    if (entry !== undefined && text !== undefined && entry.text === undefined) {
      entry.text = text
      this.#hashes.set(text, hash)
    }
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
    this.#drop(id)
    this.#unknown.delete(id)
    this.#loading.delete(id)
  }

  forgetTenant(tenantId: string): void {
    this.#epoch += 1
    this.#loading.clear()
    for (const [id, entry] of this.#known) if (entry.holder.tenantId === tenantId) this.#drop(id)
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
    this.#drop(id)
    this.#unknown.delete(id)
    if (holder === undefined) {
      makeRoom(this.#unknown, this.#limits.unknownKeysMax, (oldest) => this.#unknown.delete(oldest))
      this.#unknown.set(id, now + this.#limits.unknownKeyMs)
      return
    }
    makeRoom(this.#known, this.#limits.keysMax, (oldest) => this.#drop(oldest))
    this.#known.set(id, { holder, at: now, refreshAt: 0, text: undefined })
  }

  #drop(id: string): void {
    const text = this.#known.get(id)?.text
    if (text !== undefined) this.#hashes.delete(text)
    this.#known.delete(id)
  }
}

type Entry<Holder> = { readonly holder: Holder; at: number; refreshAt: number; text: string | undefined }

// A refresh that failed is not tried again with every request.
const refreshPauseMs = 1_000

/** For one more: the entry that was written longest ago goes. */
function makeRoom(map: ReadonlyMap<string, unknown>, max: number, drop: (oldest: string) => void): void {
  if (map.size < max) return
  for (const oldest of map.keys()) {
    drop(oldest)
    break
  }
}
