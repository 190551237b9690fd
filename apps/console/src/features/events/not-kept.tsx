import type { EventFacets } from '@eventmesh/db'
import { count } from '../../ui/format.ts'
import { text } from './text.ts'

/** Rows beyond their caps were only counted; the list says so. */
export function NotKept({ facets }: { readonly facets: EventFacets | undefined }) {
  const sums = new Map<string, number>()
  for (const { outcome, n } of facets?.notKept ?? []) sums.set(outcome, (sums.get(outcome) ?? 0) + n)
  if (sums.size === 0) return null
  return (
    <p className="tabular text-12 text-fg-3">
      {[...sums].map(([outcome, n]) => text.notKept(count(n), text.kinds[outcome] ?? outcome)).join(' · ')}
    </p>
  )
}
