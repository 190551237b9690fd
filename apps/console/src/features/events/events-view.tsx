'use client'

import { Download } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { opensDialog } from '../../ui/dialog.tsx'
import { onDemand, usePartOnceOpen } from '../../ui/on-demand.ts'
import { Part } from '../../ui/part.tsx'
import { focusRow, useListKeys } from '../../ui/use-list-keys.ts'
import { useStable } from '../../ui/use-stable.ts'
import { ColumnPicker } from './column-picker.tsx'
import { type ColumnName, readColumns, writeColumns } from './columns.tsx'
import { EventPanel } from './event-panel.tsx'
import { type EventRow, type FirstPage, rowId, shownId } from './event-row.ts'
import { EventsList } from './events-list.tsx'
import { type EventsFilter, readFilter, writeFilter } from './filter.ts'
import { FilterRow } from './filter-row.tsx'
import { NotKept } from './not-kept.tsx'
import { type CheckedRows, noChecks, toggleCheck } from './row-checks.ts'
import { SearchBox, type SearchFault } from './search-box.tsx'
import { text } from './text.ts'
import { useAddress } from './use-address.ts'
import { useFacets } from './use-facets.ts'
import { useLiveSwitch } from './use-live-switch.ts'
import { usePanelPlace } from './use-panel-place.ts'
import { useWantedFilter } from './use-wanted-filter.ts'

type Props = {
  readonly slug: string
  readonly initial: Promise<FirstPage>
  readonly requestId: string
  readonly mayExport: boolean
}

const mark = 'data-event-row'
const exporting = onDemand(() => import('./export-dialog.tsx'))

/** The list or its live tail, the filters and the panel; the address is the state of all of them. */
export function EventsView({ slug, initial, requestId, mayExport }: Props) {
  const router = useRouter()
  const { params, replace, go } = useAddress()
  const filter = useMemo(() => readFilter(params), [params])
  const { isLive, toggle: toggleLive } = useLiveSwitch()
  const cols = params.get('cols')
  const columns = useMemo(() => readColumns(cols), [cols])
  const selected = params.get('selected')
  const query = useMemo(() => String(writeFilter(filter)), [filter])
  const facets = useFacets(slug, query)
  const place = usePanelPlace()
  const [checked, setChecked] = useState<CheckedRows>(noChecks)
  const [isExporting, setExporting] = useState(false)
  const exportPart = usePartOnceOpen(exporting, { isOpen: isExporting, onOpenChange: setExporting })

  // biome-ignore lint/correctness/useExhaustiveDependencies: another question has other rows to choose from.
  useEffect(() => setChecked(noChecks), [query, isLive])

  const { wanted, want } = useWantedFilter(filter, (next, { keepsLive, isReplace }) => {
    const written = writeFilter(next)
    for (const name of keepsLive ? ['cols', 'live'] : ['cols']) {
      const value = params.get(name)
      if (value !== null) written.set(name, value)
    }
    go(written, isReplace)
  })

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

  async function search(q: string): Promise<readonly SearchFault[]> {
    const next = { ...wanted, q }
    const faults = await findFaults(slug, next)
    if (faults.length === 0) want(next, { keepsLive: true })
    return faults
  }

  /** Undefined while the first page loads. */
  const shown = useRef<readonly EventRow[]>(undefined)
  const catchUp = useListKeys({
    mark,
    ids: () => shown.current?.map(rowId),
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
          if (row !== undefined)
            setChecked((before) => toggleCheck(before, row, { isRange: event.shiftKey, shown: shown.current ?? [] }))
      }
    },
  })
  const rowOf = (id: string | undefined) => shown.current?.find((row) => rowId(row) === id)
  const onShown = useStable((rows: readonly EventRow[] | undefined) => {
    const isFirst = shown.current === undefined
    shown.current = rows
    if (isFirst && rows !== undefined) catchUp()
  })

  const isPanelOpen = place !== 'none' && selected !== null
  const exportOff = mayExport ? undefined : text.export.notAllowed
  return (
    <div className="flex min-h-0 flex-1">
      <div className="flex min-w-0 flex-1 flex-col">
        <div className="flex flex-col gap-2 border-line border-b px-4 py-2">
          <SearchBox value={wanted.q} onSearch={search} facets={facets} />
          <FilterRow
            filter={wanted}
            onChange={(next) => want(next, { keepsLive: true })}
            onRange={(next) => want(next, { keepsLive: false })}
            facets={facets}
            isLive={isLive}
          >
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
          {!isLive && <NotKept facets={facets} />}
        </div>
        <Part requestId={requestId} rows={12} columns={['w-24', 'w-20', 'w-36', 'w-64 max-md:hidden']}>
          <EventsList
            slug={slug}
            initial={initial}
            filter={filter}
            isLive={isLive}
            columns={columns}
            place={place}
            selected={isPanelOpen ? selected : null}
            onOpen={open}
            checked={checked}
            onCheck={setChecked}
            exportOff={exportOff}
            onExport={() => setExporting(true)}
            onClear={() => setChecked(noChecks)}
            onShown={onShown}
          />
        </Part>
      </div>
      {isPanelOpen && (
        <EventPanel
          key={selected}
          slug={slug}
          id={selected}
          row={rowOf(selected)}
          place={place}
          onClose={() => set('selected', null)}
        />
      )}
      {exportPart !== undefined && (
        <exportPart.ExportDialog
          isOpen={isExporting}
          onOpenChange={setExporting}
          slug={slug}
          filter={filter}
          rows={[...checked.rows.values()]}
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
