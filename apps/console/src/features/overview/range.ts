export const ranges = {
  '1h': { label: 'Last hour', ms: 3_600_000 },
  '6h': { label: 'Last 6 hours', ms: 21_600_000 },
  '24h': { label: 'Last 24 hours', ms: 86_400_000 },
  '7d': { label: 'Last 7 days', ms: 604_800_000 },
  '30d': { label: 'Last 30 days', ms: 2_592_000_000 },
} as const

export type RangeName = keyof typeof ranges

export function readRange(text: unknown): RangeName {
  return typeof text === 'string' && Object.hasOwn(ranges, text) ? (text as RangeName) : '24h'
}
