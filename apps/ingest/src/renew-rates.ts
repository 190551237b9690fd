import { type Rates, rateBucketsMax } from '@eventmesh/bus'
import type { SharedBuckets } from './shared-buckets.ts'

const everyMs = 1_000
/** A lease is good for this long: one lost answer changes nothing. */
const leaseMs = 3_000

export type RateRenewal = { stop(): Promise<void> }

/** Tells once a second what was taken from the buckets, all in one call, and feeds them with what comes back. */
export function renewRates(kinds: readonly SharedBuckets[], rates: Rates): RateRenewal {
  let leasedAt = performance.now()
  let running: Promise<void> | undefined

  async function renew(): Promise<void> {
    const asks: (ReturnType<SharedBuckets['collect']>[number] & { buckets: SharedBuckets })[] = []
    for (const buckets of kinds) {
      for (const ask of buckets.collect(rateBucketsMax - asks.length)) asks.push({ ...ask, buckets })
    }
    try {
      const leases = await rates.renew(asks.map(({ use }) => use))
      const now = performance.now()
      leasedAt = now
      for (const [index, { buckets, name, use }] of asks.entries()) buckets.apply(name, use, leases[index]!, now)
    } catch {
      // Rates that do not answer are no fault of a request: this process goes on by itself, with its own share.
      const now = performance.now()
      if (now - leasedAt >= leaseMs) for (const buckets of kinds) buckets.standAlone(now)
    }
  }

  const timer = setInterval(() => {
    running ??= renew().finally(() => {
      running = undefined
    })
  }, everyMs)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
