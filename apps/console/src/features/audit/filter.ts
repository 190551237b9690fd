export const ranges = { '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 } as const
export type RangeName = keyof typeof ranges

export type AuditFilter = {
  readonly actors: readonly string[]
  readonly actions: readonly string[]
  readonly target: string
  readonly range: { readonly from: Date; readonly to?: Date } | undefined
}

type Params = { get(name: string): string | null }

/** As the address has it; what it does not know is left out. */
export function readAuditFilter(params: Params, now: Date): AuditFilter {
  return {
    actors: listOf(params.get('actor')),
    actions: listOf(params.get('action')),
    target: (params.get('target') ?? '').trim().slice(0, 200),
    range: rangeOf(params, now),
  }
}

export function listOf(text: string | null): readonly string[] {
  return (text ?? '')
    .slice(0, 2_000)
    .split(',')
    .filter((value) => value !== '')
}

export function isRangeName(text: string | null): text is RangeName {
  return text !== null && Object.hasOwn(ranges, text)
}

function rangeOf(params: Params, now: Date): AuditFilter['range'] {
  const name = params.get('range')
  if (isRangeName(name)) return { from: new Date(now.getTime() - ranges[name]) }
  const [from, to] = ['from', 'to'].map((each) => new Date(params.get(each) ?? ''))
  if (from === undefined || to === undefined || Number.isNaN(from.getTime()) || Number.isNaN(to.getTime()))
    return undefined
  return { from, to }
}
