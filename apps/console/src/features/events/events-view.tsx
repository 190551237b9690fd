'use client'

import { Download } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { opensDialog } from '../../ui/dialog.tsx'
import { onDemand, usePartOnceOpen } from '../../ui/on-demand.ts'
import { EmptyState } from '../../ui/states.tsx'
import { focusRow, useListKeys } from '../../ui/use-list-keys.ts'
import { useStable } from '../../ui/use-stable.ts'
import { ColumnPicker } from './column-picker.tsx'
import { type ColumnName, readColumns, writeColumns } from './columns.tsx'
import { EventPanel } from './event-panel.tsx'
import { type EventRow, type EventsPage, rowId, shownId } from './event-row.ts'
import { EventsTable } from './events-table.tsx'
import { type EventsFilter, readFilter, writeFilter } from './filter.ts'
import { FilterRow } from './filter-row.tsx'
import { LiveBar, ResumePill } from './live-bar.tsx'
import { liveKeptMax } from './live-rows.ts'
import { NotKept } from './not-kept.tsx'
import { OlderEvents } from './older-events.tsx'
import { type CheckedRows, noChecks, toggleCheck } from './row-checks.ts'
import { SearchBox, type SearchFault } from './search-box.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { text } from './text.ts'
import { useAddress } from './use-address.ts'
import { useDrawn } from './use-drawn.ts'
import { useFacets } from './use-facets.ts'
import { useLiveSwitch } from './use-live-switch.ts'
import { useLiveTail } from './use-live-tail.ts'
import { usePanelPlace } from './use-panel-place.ts'
import { usePauseTriggers } from './use-pause-triggers.ts'

type Props = {
  readonly slug: string
  readonly initial: EventsPage
  readonly empty: React.ReactNode
  readonly mayExport: boolean
}

const rowsMax = 1_000
const mark = 'data-event-row'
const exporting = onDemand(() => import('./export-dialog.tsx'))

/** The list or its live tail, the filters and the panel; the address is the state of all of them. */
export function EventsView({ slug, initial, empty, mayExport }: Props) {
  const router = useRouter()
  const { params, replace, go } = useAddress()
  const filter = useMemo(() => readFilter(params), [params])
  const { isLive, toggle: toggleLive } = useLiveSwitch()
  const cols = params.get('cols')
  const columns = useMemo(() => readColumns(cols), [cols])
  const selected = params.get('selected')
  const query = useMemo(() => String(writeFilter(filter)), [filter])
  const liveQuery = useMemo(() => String(writeFilter({ ...filter, range: '24h', between: undefined })), [filter])

  const [more, setMore] = useState<{ readonly base: EventsPage; readonly page: EventsPage }>()
  // A refreshed first page starts the list over.
  const page = more?.base === initial ? more.page : initial
  const tail = useLiveTail(slug, isLive ? liveQuery : undefined)
  // Below the first ones nobody looks while rows enter at the top: a scroll is a pause.
  const { drawn, hasMore, end } = useDrawn(tail.shown.length, !tail.isPaused)
  const rows = useMemo(() => (isLive ? tail.shown.slice(0, drawn) : page.rows), [isLive, tail.shown, drawn, page.rows])
  const facets = useFacets(slug, query)
  const place = usePanelPlace()
  const [checked, setChecked] = useState<CheckedRows>(noChecks)
  const [isExporting, setExporting] = useState(false)
  const exportPart = usePartOnceOpen(exporting, { isOpen: isExporting, onOpenChange: setExporting })

  // biome-ignore lint/correctness/useExhaustiveDependencies: another question has other rows to choose from.
  useEffect(() => setChecked(noChecks), [query, isLive])

  function addressOf(next: EventsFilter, kept: readonly string[]): URLSearchParams {
    const written = writeFilter(next)
    for (const name of kept) {
      const value = params.get(name)
      if (value !== null) written.set(name, value)
    }
    return written
  }
  const show = (next: EventsFilter) => go(addressOf(next, ['cols', 'live']))

  /** Shallow: the server has nothing to do with it. */
  function set(name: 'selected' | 'cols', value: string | null) {
    const next = new URLSearchParams(params)
    if (value === null) next.delete(name)
    else next.set(name, value)
    if (name === 'selected' && value === null) next.delete('tab')
    replace(next)
  }

  const open = useStable((row: EventRow) => {
    if (place === 'none') router.push(`/${slug}/events/${rowId(row)}`)
    else set('selected', rowId(row))
  })
  const check = useStable((row: EventRow, isRange: boolean) =>
    setChecked((before) => toggleCheck(before, row, { isRange, shown: rows })),
  )

  async function search(q: string): Promise<readonly SearchFault[]> {
    const next = { ...filter, q }
    const faults = await findFaults(slug, next)
    if (faults.length === 0) show(next)
    return faults
  }

  const isPanelOpen = place !== 'none' && selected !== null
  const pauseTriggers = usePauseTriggers(isLive, isPanelOpen || checked.rows.size > 0, tail.pause)
  const resume = useCallback(() => {
    window.scrollTo({ top: 0 })
    tail.resume()
  }, [tail.resume])

  const rowOf = (id: string | undefined) => rows.find((row) => rowId(row) === id)
  useListKeys({
    mark,
    ids: () => rows.map(rowId),
    selected,
    onMove: (id) => place !== 'none' && set('selected', id),
    copyOf(id) {
      const row = rowOf(id)
      return row === undefined ? id : shownId(row)
    },
    onOther(event, id) {
      const row = rowOf(id)
      switch (event.key) {
        case 'Escape':
          if (selected === null) return setChecked(noChecks)
          set('selected', null)
          return focusRow(mark, selected)
        case 'l':
          return toggleLive()
        case 'Enter':
          if (row !== undefined && document.activeElement === document.body) open(row)
          return
        case 'x':
        case 'X':
          if (row !== undefined) check(row, event.shiftKey)
      }
    },
  })

  const chosen = [...checked.rows.values()]
  const exportOff = mayExport ? undefined : text.export.notAllowed
  const checks = useMemo(() => ({ ids: new Set(checked.rows.keys()), onToggle: check }), [checked, check])
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex flex-col gap-2 border-line border-b px-4 py-2">
          <SearchBox value={filter.q} onSearch={search} />
          <FilterRow filter={filter} onChange={show} facets={facets} isLive={isLive}>
            <ColumnPicker
              columns={columns}
              onChange={(next: readonly ColumnName[]) => set('cols', writeColumns(next))}
            />
            <Button
              size="small"
              kind="quiet"
              disabledReason={exportOff}
              {...opensDialog}
              onClick={() => setExporting(true)}
            >
              <Download aria-hidden size={14} />
              {text.export.open}
            </Button>
          </FilterRow>
          {page.isRangeIgnored && !isLive && <p className="text-12 text-fg-3">{text.rangeIgnored}</p>}
          {!isLive && <NotKept facets={facets} />}
        </div>
        {isLive && <LiveBar tail={tail} slug={slug} />}
        {isLive && <ResumePill tail={tail} onResume={resume} />}
        {rows.length === 0 ? (
          isLive ? (
            tail.state.name === 'open' && <EmptyState title={text.live.waitingFor}>{text.live.waitingHint}</EmptyState>
          ) : (
            empty
          )
        ) : (
          <div {...pauseTriggers}>
            <EventsTable
              slug={slug}
              rows={rows}
              selected={isPanelOpen ? selected : null}
              onOpen={open}
              isNarrow={isPanelOpen && place === 'beside'}
              columns={columns}
              checks={checks}
              only={isLive ? (place === 'none' ? 'list' : 'table') : undefined}
            />
          </div>
        )}
        {isLive && hasMore && <div ref={end} data-more-rows />}
        {isLive && tail.isPaused && rows.length >= liveKeptMax && (
          <p className="px-4 py-3 text-center text-12 text-fg-3">{text.live.kept}</p>
        )}
        {!isLive && page.rows.length > 0 && (
          <OlderEvents
            slug={slug}
            filter={filter}
            page={page}
            isFull={page.rows.length >= rowsMax}
            onLoaded={(older) => setMore({ base: initial, page: { ...older, rows: [...page.rows, ...older.rows] } })}
          />
        )}
        {chosen.length > 0 && (
          <SelectionBar
            rows={chosen}
            exportOff={exportOff}
            onExport={() => setExporting(true)}
            onClear={() => setChecked(noChecks)}
          />
        )}
      </div>
      {isPanelOpen && (
        <EventPanel key={selected} slug={slug} id={selected} place={place} onClose={() => set('selected', null)} />
      )}
      {exportPart !== undefined && (
        <exportPart.ExportDialog
          isOpen={isExporting}
          onOpenChange={setExporting}
          slug={slug}
          filter={filter}
          rows={chosen}
          total={facets?.total ?? null}
        />
      )}
    </div>
  )
}

/** A search that the grammar does not take never replaces the results. */
async function findFaults(slug: string, filter: EventsFilter): Promise<readonly SearchFault[]> {
  if (filter.q === '') return []
  const response = await fetch(`/api/${slug}/events?${writeFilter(filter)}&limit=1`).catch(() => undefined)
  if (response?.status !== 400) return []
  const answer = (await response.json()) as { readonly faults?: readonly SearchFault[] }
  return answer.faults ?? []
}
