/**
 * When the events of a question arrived: up to now from so many milliseconds ago, or from `from` (inclusive) to `to`
 * (exclusive). None: everything that is kept.
 */
export type EventRange = { readonly lastMs: number } | { readonly from: Date; readonly to: Date }

/** A range with its ends fixed. */
export type FixedRange = { readonly from: Date; readonly to: Date }

export function fixRange(range: EventRange, now: Date): FixedRange {
  return 'lastMs' in range ? { from: new Date(now.getTime() - range.lastMs), to: now } : range
}
