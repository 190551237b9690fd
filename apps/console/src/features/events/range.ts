/** `range=24h`, or `from` and `to` in the address; an unknown value is dropped. */
export const ranges = {
  '15m': { ms: 900_000 },
  '1h': { ms: 3_600_000 },
  '6h': { ms: 21_600_000 },
  '24h': { ms: 86_400_000 },
  '7d': { ms: 604_800_000 },
  '30d': { ms: 2_592_000_000 },
} as const

export type RangeName = keyof typeof ranges
export const defaultRange: RangeName = '24h'

export function readRange(text: string | undefined): RangeName {
  return text !== undefined && Object.hasOwn(ranges, text) ? (text as RangeName) : defaultRange
}
