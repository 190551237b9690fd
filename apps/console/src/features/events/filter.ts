import { type RangeName, ranges, readRange } from './range.ts'

/** What the address says of the list: typed terms and chips are one state. */
export type EventsFilter = {
  readonly q: string
  readonly chips: Readonly<Partial<Record<ChipName, readonly string[]>>>
  readonly range: RangeName
  /** Over `range` where both are there and make sense. */
  readonly between: { readonly from: Date; readonly to: Date } | undefined
}

export const chipNames = ['outcome', 'reason', 'type', 'source', 'key', 'mode'] as const
export type ChipName = (typeof chipNames)[number]

/** What an address says of a filter. */
export const filterParameters = ['q', ...chipNames, 'range', 'from', 'to'] as const

type Given = { get(name: string): string | null }

export function readFilter(params: Given): EventsFilter {
  const chips: Partial<Record<ChipName, readonly string[]>> = {}
  for (const name of chipNames) {
    const values = (params.get(name) ?? '')
      .split(',')
      .map((value) => value.trim())
      .filter((value) => value !== '')
    if (values.length > 0) chips[name] = values.slice(0, 20)
  }
  return {
    q: (params.get('q') ?? '').slice(0, 2_000),
    chips,
    range: readRange(params.get('range') ?? undefined),
    between: readBetween(params.get('from'), params.get('to')),
  }
}

/** The address of the same list with some of it changed; defaults are left out. */
export function writeFilter(filter: EventsFilter): URLSearchParams {
  const params = new URLSearchParams()
  if (filter.q !== '') params.set('q', filter.q)
  for (const name of chipNames) {
    const values = filter.chips[name]
    if (values !== undefined && values.length > 0) params.set(name, values.join(','))
  }
  if (filter.between !== undefined) {
    params.set('from', filter.between.from.toISOString())
    params.set('to', filter.between.to.toISOString())
  } else if (filter.range !== '24h') {
    params.set('range', filter.range)
  }
  return params
}

/** All of it but the range as one search, the way it could be typed. */
export function searchOf({ q, chips }: EventsFilter): string {
  const terms = chipNames.flatMap((name) => {
    const values = chips[name]
    return values === undefined ? [] : [`${name}:${values.map(quoted).join(',')}`]
  })
  return [...(q.trim() === '' ? [] : [q.trim()]), ...terms].join(' ')
}

/** As the grammar takes it. */
export function quoted(value: string): string {
  return /[\s",:*]/.test(value) && !/^[\w./:-]+\*$/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : value
}

export function isFiltered({ q, chips }: EventsFilter): boolean {
  return q.trim() !== '' || Object.keys(chips).length > 0
}

/** The same over 24 hours; undefined where it is over as much already. */
export function widened(filter: EventsFilter): EventsFilter | undefined {
  const { between } = filter
  const { ms } = ranges['24h']
  if (between === undefined) return ranges[filter.range].ms < ms ? { ...filter, range: '24h' } : undefined
  const from = new Date(between.to.getTime() - ms)
  return from < between.from ? { ...filter, between: { from, to: between.to } } : undefined
}

function readBetween(from: string | null, to: string | null) {
  if (from === null || to === null) return undefined
  const [start, end] = [new Date(from), new Date(to)]
  const isRange = !Number.isNaN(start.getTime()) && !Number.isNaN(end.getTime()) && start < end
  return isRange ? { from: start, to: end } : undefined
}
