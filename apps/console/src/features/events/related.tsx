import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { Time } from '../../ui/time.tsx'
import { outcomeText } from '../../words/outcomes.ts'
import { linkClass } from './event-facts.tsx'
import { type EventRow, rowId } from './event-row.ts'
import type { EventView } from './queries.ts'
import { text } from './text.ts'

const words = text.detail

/** Other rows of the same event, key, request or trace. */
export function Related({ slug, view: { related, facts } }: { readonly slug: string; readonly view: EventView }) {
  if (related === undefined) return null
  const groups: readonly (readonly [string, readonly EventRow[], boolean])[] = [
    [text.event, related.event === null ? [] : [related.event], false],
    [words.duplicates, related.duplicates.rows, related.duplicates.hasMore],
    [words.copies, related.copies.rows, related.copies.hasMore],
    [outcomeText.quarantined, related.quarantined.rows, related.quarantined.hasMore],
    [outcomeText.rejected, related.rejected.rows, related.rejected.hasMore],
    [words.sameRequest, related.sameRequest.rows, related.sameRequest.hasMore],
    [words.sameTrace, related.sameTrace.rows, related.sameTrace.hasMore],
  ]
  const shown = groups.filter(([, rows]) => rows.length > 0)
  if (shown.length === 0 && facts.items === 1) return null
  return (
    <section aria-label={words.related} className="flex flex-col gap-1.5 empty:hidden">
      {shown.map(([label, rows, hasMore]) => (
        <details key={label} className="group rounded-control border border-line">
          <summary className="flex h-8 cursor-pointer list-none items-center gap-2 px-3 hover:bg-hover">
            <ChevronRight aria-hidden size={14} className="text-fg-3 transition-transform group-open:rotate-90" />
            <span className="font-medium">{label}</span>
            <span className="tabular text-fg-3">{`${rows.length}${hasMore ? '+' : ''}`}</span>
          </summary>
          <ul className="m-0 list-none border-line border-t p-0">
            {rows.map((row) => (
              <li key={rowId(row)} className="flex items-center gap-3 px-3 py-1">
                <Time at={row.receivedAt} className="whitespace-nowrap text-12 text-fg-2" />
                <Link href={`/${slug}/events/${rowId(row)}`} prefetch={false} className={`truncate ${linkClass}`}>
                  <code>{row.outcome === 'rejected' ? row.reason : rowId(row)}</code>
                </Link>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  )
}
