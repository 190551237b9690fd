'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useMemo, useState } from 'react'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { EventPanel } from './event-panel.tsx'
import { type EventRow, type EventsPage, rowId, shownId } from './event-row.ts'
import { EventsTable } from './events-table.tsx'
import { type EventsFilter, readFilter, writeFilter } from './filter.ts'
import { FilterRow } from './filter-row.tsx'
import { OlderEvents } from './older-events.tsx'
import { SearchBox, type SearchFault } from './search-box.tsx'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly initial: EventsPage
  readonly empty: React.ReactNode
}

const panelFromPx = 1_280
const rowsMax = 1_000

/** The list, its filters and the panel; the address is the state of all three. */
export function EventsView({ slug, initial, empty }: Props) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const filter = useMemo(() => readFilter(params), [params])
  const [more, setMore] = useState<{ readonly base: EventsPage; readonly page: EventsPage }>()
  // A refreshed first page starts the list over.
  const page = more?.base === initial ? more.page : initial
  const { rows } = page
  const selected = params.get('selected')
  const [hasRoom, setRoom] = useState(false)
  useEffect(() => {
    const measure = () => setRoom(window.innerWidth >= panelFromPx)
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])

  function show(next: EventsFilter) {
    const written = writeFilter(next)
    router.push(written.size === 0 ? path : `${path}?${written}`, { scroll: false })
  }

  /** Shallow: the server has nothing to do with it. */
  function select(id: string | null) {
    const next = new URLSearchParams(params)
    if (id === null) next.delete('selected')
    else next.set('selected', id)
    if (id === null) next.delete('tab')
    window.history.replaceState(null, '', next.size === 0 ? path : `${path}?${next}`)
  }

  function open(row: EventRow) {
    if (hasRoom) select(rowId(row))
    else router.push(`/${slug}/events/${rowId(row)}`)
  }

  async function search(q: string): Promise<readonly SearchFault[]> {
    const next = { ...filter, q }
    const faults = await check(slug, next)
    if (faults.length === 0) show(next)
    return faults
  }

  useListKeys({
    rows,
    selected,
    onSelect: (row) => (hasRoom ? select(rowId(row)) : focusRow(rowId(row))),
    onOpen: open,
    onClose: () => select(null),
  })

  const isPanelOpen = hasRoom && selected !== null
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex flex-col gap-2 border-line border-b px-4 py-2">
          <SearchBox value={filter.q} onSearch={search} />
          <FilterRow filter={filter} onChange={show} />
          {page.isRangeIgnored && <p className="text-12 text-fg-3">{text.rangeIgnored}</p>}
        </div>
        {rows.length === 0 ? (
          empty
        ) : (
          <>
            <EventsTable
              slug={slug}
              rows={rows}
              selected={isPanelOpen ? selected : null}
              onOpen={open}
              isNarrow={isPanelOpen}
            />
            <OlderEvents
              slug={slug}
              filter={filter}
              page={page}
              isFull={rows.length >= rowsMax}
              onLoaded={(older) => setMore({ base: initial, page: { ...older, rows: [...rows, ...older.rows] } })}
            />
          </>
        )}
      </div>
      {isPanelOpen && <EventPanel key={selected} slug={slug} id={selected} onClose={() => select(null)} />}
    </div>
  )
}

/** A search that the grammar does not take never replaces the results. */
async function check(slug: string, filter: EventsFilter): Promise<readonly SearchFault[]> {
  if (filter.q === '') return []
  const response = await fetch(`/api/${slug}/events?${writeFilter(filter)}&limit=1`).catch(() => undefined)
  if (response?.status !== 400) return []
  const answer = (await response.json()) as { readonly faults?: readonly SearchFault[] }
  return answer.faults ?? []
}

type ListKeys = {
  readonly rows: readonly EventRow[]
  readonly selected: string | null
  readonly onSelect: (row: EventRow) => void
  readonly onOpen: (row: EventRow) => void
  readonly onClose: () => void
}

function useListKeys({ rows, selected, onSelect, onOpen, onClose }: ListKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
      const focused = document.activeElement?.closest('[data-event-row]')?.getAttribute('data-event-row') ?? null
      const at = rows.findIndex((row) => rowId(row) === (selected ?? focused))
      const row = rows[at]
      if (event.key === 'j' || event.key === 'k') {
        const next = rows[event.key === 'j' ? at + 1 : Math.max(0, at - 1)]
        if (next !== undefined) {
          onSelect(next)
          focusRow(rowId(next))
        }
      } else if (event.key === 'Escape' && selected !== null) onClose()
      else if (event.key === 'Enter' && row !== undefined && document.activeElement === document.body) onOpen(row)
      else if (event.key === 'c' && row !== undefined)
        void navigator.clipboard.writeText(shownId(row)).catch(() => undefined)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [rows, selected, onSelect, onOpen, onClose])
}

function focusRow(id: string): void {
  const row = document.querySelector<HTMLElement>(`[data-event-row="${id}"] a`)
  row?.focus()
  row?.closest('tr, li')?.scrollIntoView({ block: 'nearest' })
}
