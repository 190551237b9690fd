import type { RateLease, RateUse } from '@eventmesh/bus'
import { TokenBuckets } from './token-bucket.ts'

/**
 * Token buckets that other processes have too. They answer from memory alone; `renew-rates.ts` tells what was taken and
 * brings each bucket's content and this process's part of its rate. Without that they are buckets like others.
 *
 *   alone ─asked for▶ told every second ─lease▶ shared ─no lease for a while▶ alone
 *                          └─full, and nothing asked for▶ forgotten
 */
export class SharedBuckets extends TokenBuckets {
  /** What all processes may pass together. */
  readonly wholeRate: number
  readonly #prefix: string
  readonly #usesMax: number
  readonly #uses = new Map<string, Use>()

  /** `share`: this process's part of the rate while nobody says otherwise. `prefix` tells these buckets from others. */
  constructor(options: { prefix: string; rate: number; share: number; burst: number; entriesMax: number }) {
    super({ rate: options.rate * options.share, burst: options.burst, entriesMax: options.entriesMax })
    this.wholeRate = options.rate
    this.#prefix = options.prefix
    this.#usesMax = options.entriesMax
  }

  override take(name: string, count: number, now: number): void {
    super.take(name, count, now)
    this.#note(name, count, count)
  }

  /** Tokens were asked for that were not there. */
  refuse(name: string, count: number): void {
    this.#note(name, 0, count)
  }

  /** What to tell, at most `max`: those first that were not told of for the longest time. */
  collect(max: number): readonly { readonly name: string; readonly use: RateUse }[] {
    const collected: { name: string; use: RateUse }[] = []
    for (const [name, { used, asked }] of this.#uses) {
      if (collected.length === max) break
      const bucket = this.#prefix + name
      collected.push({ name, use: { bucket, rate: this.wholeRate, burst: this.burst, used, asked } })
    }
    for (const { name } of collected) {
      this.#uses.delete(name)
      this.#uses.set(name, { used: 0, asked: 0 })
    }
    return collected
  }

  /** `told`: what the lease answers; what was taken meanwhile is not in it yet. */
  apply(name: string, told: RateUse, lease: RateLease, now: number): void {
    const since = this.#uses.get(name)
    if (lease.tokens >= this.burst && told.asked === 0 && since?.asked === 0) {
      this.#uses.delete(name)
      this.forget(name)
    } else {
      // What is there, anybody may take: a full batch must fit. What is missing, each makes up for by its share: if each
      // made up for all of it, the bucket would swing for ever.
      const tokens = lease.tokens > 0 ? lease.tokens : lease.tokens * lease.share
      this.set(name, { tokens: tokens - (since?.used ?? 0), rate: this.wholeRate * lease.share }, now)
    }
  }

  /** No lease came for too long: every bucket goes on with the share that this process has by itself. */
  standAlone(now: number): void {
    for (const name of this.#uses.keys()) this.set(name, { rate: this.rate }, now)
    this.#uses.clear()
  }

  #note(name: string, used: number, asked: number): void {
    if (this.rate === 0) return
    const use = this.#uses.get(name)
    if (use !== undefined) {
      use.used += used
      use.asked += asked
    } else if (this.#uses.size < this.#usesMax) {
      this.#uses.set(name, { used, asked })
    }
  }
}

type Use = { used: number; asked: number }
