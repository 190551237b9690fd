/** Upper ends (inclusive) of the histogram's buckets, in milliseconds; one more bucket holds what is slower. */
export const latencyBucketsMs = [
  1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1_200, 2_000, 3_000, 5_000, 8_000, 12_000,
] as const

export type Latency = {
  /** Accepted events with a known latency. */
  readonly n: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

export function latencyBucket(latencyMs: number): number {
  const bucket = latencyBucketsMs.findIndex((end) => latencyMs <= end)
  return bucket === -1 ? latencyBucketsMs.length : bucket
}

/** Merged buckets, in any number of parts. */
export class LatencyHistogram {
  readonly #counts = Array.from({ length: latencyBucketsMs.length + 1 }, () => 0)

  add(bucket: number, n: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + n
  }

  merge(other: LatencyHistogram): void {
    for (const [bucket, n] of other.#counts.entries()) this.add(bucket, n)
  }

  /** Null when nothing was counted. */
  percentiles(): Latency | null {
    const n = this.#counts.reduce((all, each) => all + each, 0)
    if (n === 0) return null
    const at = (share: number) => percentile(this.#counts, n * share)
    return { n, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
  }
}

/** Straight between a bucket's ends, as no more is known; what is slower than the last end counts as that. */
function percentile(counts: readonly number[], rank: number): number {
  let below = 0
  for (const [bucket, n] of counts.entries()) {
    if (n > 0 && below + n >= rank) {
      const lower = latencyBucketsMs[bucket - 1] ?? 0
      const upper = latencyBucketsMs[bucket] ?? lower
      return lower + ((upper - lower) * (rank - below)) / n
    }
    below += n
  }
  return latencyBucketsMs.at(-1) ?? 0
}
