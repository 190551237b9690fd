export const rangeMs = {
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
} as const

export type RangeName = keyof typeof rangeMs

/** By its name, or from one moment to another. */
export type OverviewRange =
  | { readonly name: RangeName }
  | { readonly name: 'custom'; readonly from: Date; readonly to: Date }

type Given = { get(name: string): string | null }

/** What makes no sense is dropped: the last 24 hours. */
export function readRange(params: Given): OverviewRange {
  const [from, to] = [new Date(params.get('from') ?? ''), new Date(params.get('to') ?? '')]
  if (from < to) return { name: 'custom', from, to }
  const name = params.get('range')
  return { name: name !== null && Object.hasOwn(rangeMs, name) ? (name as RangeName) : '24h' }
}

/** The same range in the address of another screen. */
export function writeRange(range: OverviewRange): Readonly<Record<string, string>> {
  if (range.name === 'custom') return { from: range.from.toISOString(), to: range.to.toISOString() }
  return range.name === '24h' ? {} : { range: range.name }
}
