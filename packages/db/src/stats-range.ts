import type { FixedRange } from './event-range.ts'

/** A range as the charts draw it: whole buckets, the first one complete, the last one as far as it goes. */
export type BucketedRange = { readonly bucketMs: number; readonly from: Date; readonly to: Date }

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** How long the sums are kept. */
export const statsKeptMs = 31 * day

const bucketSizes = [
  { upToMs: hour, bucketMs: minute },
  { upToMs: 6 * hour, bucketMs: 5 * minute },
  { upToMs: day, bucketMs: 15 * minute },
  { upToMs: 7 * day, bucketMs: hour },
  { upToMs: Number.POSITIVE_INFINITY, bucketMs: 6 * hour },
] as const

/** At most 126 buckets: what is older than the sums are kept is cut off. */
export function bucketedRange(range: FixedRange, now: Date): BucketedRange {
  const toMs = Math.max(range.to.getTime(), range.from.getTime())
  const fromMs = Math.max(range.from.getTime(), Math.min(toMs, now.getTime()) - statsKeptMs)
  const { bucketMs } = bucketSizes.find(({ upToMs }) => toMs - fromMs <= upToMs) ?? bucketSizes[4]
  return { bucketMs, from: new Date(Math.floor(fromMs / bucketMs) * bucketMs), to: new Date(toMs) }
}

/** Hour rows tell a range of whole hours, and save reading sixty times as many. */
export function isInHours({ bucketMs }: BucketedRange): boolean {
  return bucketMs >= hour
}
