'use client'

import {
  type Dispatch,
  type SetStateAction,
  use,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react'
import { EmptyState } from '../../ui/states.tsx'
import { useStable } from '../../ui/use-stable.ts'
import type { ColumnName } from './columns.tsx'
import type { EventRow, EventsPage, FirstPage } from './event-row.ts'
import { EventsTable } from './events-table.tsx'
import { type EventsFilter, writeFilter } from './filter.ts'
import { LiveBar, ResumePill } from './live-bar.tsx'
import { liveKeptMax } from './live-rows.ts'
import { OlderEvents } from './older-events.tsx'
import { type CheckedRows, toggleCheck } from './row-checks.ts'
import { SelectionBar } from './selection-bar.tsx'
import { text } from './text.ts'
import { useDrawn } from './use-drawn.ts'
import { useLiveTail } from './use-live-tail.ts'
import type { PanelPlace } from './use-panel-place.ts'
import { usePauseTriggers } from './use-pause-triggers.ts'

type Props = {
  readonly slug: string
  readonly initial: Promise<FirstPage>
  readonly filter: EventsFilter
  readonly isLive: boolean
  readonly columns: readonly ColumnName[]
  readonly place: PanelPlace
  /** Of the row that the panel shows. */
  readonly selected: string | null
  readonly onOpen: (row: EventRow) => void
  readonly checked: CheckedRows
  readonly onCheck: Dispatch<SetStateAction<CheckedRows>>
  readonly exportOff: string | undefined
  readonly onExport: () => void
  readonly onClear: () => void
  /** Which rows are there; undefined: none, and it is gone. */
  readonly onShown: (rows: readonly EventRow[] | undefined) => void
}

const rowsMax = 1_000
const noPage: EventsPage = { rows: [], older: null, isRangeIgnored: false }

/** The rows of the list, or of its live tail; until its first page is there it is not. */
export function EventsList({
  slug,
  initial,
  filter,
  isLive,
  columns,
  place,
  selected,
  onOpen,
  checked,
  onCheck,
  exportOff,
  onExport,
  onClear,
  onShown,
}: Props) {
  // A tail has rows of its own and waits for nothing.
  const first = isLive ? undefined : use(initial)
  const base = first?.page ?? noPage
  const [more, setMore] = useState<{ readonly base: EventsPage; readonly page: EventsPage }>()
  // A refreshed first page starts the list over.
  const page = more?.base === base ? more.page : base
  const liveQuery = useMemo(() => String(writeFilter({ ...filter, range: '24h', between: undefined })), [filter])
  const tail = useLiveTail(slug, isLive ? liveQuery : undefined)
  // Below the first ones nobody looks while rows enter at the top: a scroll is a pause.
  const { drawn, hasMore, end } = useDrawn(tail.shown.length, !tail.isPaused)
  const rows = useMemo(() => (isLive ? tail.shown.slice(0, drawn) : page.rows), [isLive, tail.shown, drawn, page.rows])
  useLayoutEffect(() => onShown(rows), [rows, onShown])
  useEffect(() => () => onShown(undefined), [onShown])

  const check = useStable((row: EventRow, isRange: boolean) =>
    onCheck((before) => toggleCheck(before, row, { isRange, shown: rows })),
  )
  const checks = useMemo(() => ({ ids: new Set(checked.rows.keys()), onToggle: check }), [checked, check])
  const pauseTriggers = usePauseTriggers(isLive, selected !== null || checked.rows.size > 0, tail.pause)
  const resume = useCallback(() => {
    window.scrollTo({ top: 0 })
    tail.resume()
  }, [tail.resume])

  const chosen = [...checked.rows.values()]
  return (
    <>
      {page.isRangeIgnored && <p className="border-line border-b px-4 py-2 text-12 text-fg-3">{text.rangeIgnored}</p>}
      {isLive && <LiveBar tail={tail} slug={slug} />}
      {isLive && <ResumePill tail={tail} onResume={resume} />}
      {rows.length === 0 ? (
        isLive ? (
          tail.state.name === 'open' && <EmptyState title={text.live.waitingFor}>{text.live.waitingHint}</EmptyState>
        ) : (
          first?.empty
        )
      ) : (
        <div {...pauseTriggers}>
          <EventsTable
            slug={slug}
            rows={rows}
            selected={selected}
            onOpen={onOpen}
            isNarrow={selected !== null && place === 'beside'}
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
          onLoaded={(older) => setMore({ base, page: { ...older, rows: [...page.rows, ...older.rows] } })}
        />
      )}
      {chosen.length > 0 && <SelectionBar rows={chosen} exportOff={exportOff} onExport={onExport} onClear={onClear} />}
    </>
  )
}
