/**
 * Token buckets by name. A bucket that is full again says nothing, so the oldest may be forgotten when there are too many.
 * Rate 0: no limit.
 */
export class TokenBuckets {
  readonly rate: number
  readonly burst: number
  readonly #entriesMax: number
  readonly #buckets = new Map<string, Bucket>()

  /** `rate` in tokens per second; `burst` tokens at most. */
  constructor(options: { rate: number; burst: number; entriesMax: number }) {
    this.rate = options.rate
    this.burst = options.burst
    this.#entriesMax = options.entriesMax
  }

  /** Milliseconds until `count` tokens are there; 0 when they are. */
  waitMs(name: string, count: number, now: number): number {
    if (this.rate === 0) return 0
    const { tokens, rate } = this.#refilled(name, now)
    const missing = count - tokens
    return missing <= 0 ? 0 : Math.ceil((missing / rate) * 1_000)
  }

  /** Takes them, whether they are there or not: ask `waitMs` first. */
  take(name: string, count: number, now: number): void {
    if (this.rate !== 0) this.#refilled(name, now).tokens -= count
  }

  left(name: string, now: number): number {
    return this.rate === 0 ? Number.POSITIVE_INFINITY : Math.max(0, Math.floor(this.#refilled(name, now).tokens))
  }

  /** Gives a bucket another content, another rate (over 0), or both. */
  protected set(name: string, given: { readonly tokens?: number; readonly rate: number }, now: number): void {
    const bucket = this.#refilled(name, now)
    bucket.tokens = Math.min(this.burst, given.tokens ?? bucket.tokens)
    bucket.rate = given.rate
  }

  protected forget(name: string): void {
    this.#buckets.delete(name)
  }

  #refilled(name: string, now: number): Bucket {
    let bucket = this.#buckets.get(name)
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#entriesMax) {
        for (const oldest of this.#buckets.keys()) {
          this.#buckets.delete(oldest)
          break
        }
      }
      bucket = { tokens: this.burst, at: now, rate: this.rate }
      this.#buckets.set(name, bucket)
      return bucket
    }
    if (now > bucket.at) {
      bucket.tokens = Math.min(this.burst, bucket.tokens + ((now - bucket.at) / 1_000) * bucket.rate)
      bucket.at = now
    }
    return bucket
  }
}

type Bucket = { tokens: number; at: number; rate: number }
