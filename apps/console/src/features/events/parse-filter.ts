import { parseSearch, type SearchFault, type SearchTerm } from '@eventmesh/db/search-grammar'
import { chipNames, type EventsFilter, quoted } from './filter.ts'
import { ranges } from './range.ts'

export type ParsedFilter =
  | { readonly ok: true; readonly terms: readonly SearchTerm[] }
  | { readonly ok: false; readonly faults: readonly SearchFault[] }

/** The chips are terms of the grammar too; a chip's value that it does not know is dropped. */
export function parseFilter({ q, chips }: EventsFilter): ParsedFilter {
  const typed = parseSearch(q)
  if (!typed.ok) return typed
  const terms = chipNames.flatMap((name) => {
    const values = chips[name]
    if (values === undefined) return []
    const parsed = parseSearch(`${name}:${values.map(quoted).join(',')}`)
    return parsed.ok ? parsed.terms : []
  })
  return { ok: true, terms: [...typed.terms, ...terms] }
}

export function rangeOf({
  range,
  between,
}: EventsFilter): { readonly lastMs: number } | { readonly from: Date; readonly to: Date } {
  return between ?? { lastMs: ranges[range].ms }
}
