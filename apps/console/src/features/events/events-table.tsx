'use client'

import Link from 'next/link'
import { Fragment, type MouseEvent, memo, useMemo } from 'react'
import { cn } from '../../ui/class-names.ts'
import { Copy } from '../../ui/copy.tsx'
import { day, dayWithYear } from '../../ui/format.ts'
import { scrollRegion } from '../../ui/scroll-region.ts'
import { StatusMark } from '../../ui/status.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { Time, useZone } from '../../ui/time.tsx'
import { outcomeSeverity, outcomeText } from '../../words/outcomes.ts'
import { type ColumnName, type EventColumn, optionalColumns, standardColumns } from './columns.tsx'
import { type EventRow, rowId, shownId } from './event-row.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly rows: readonly EventRow[]
  readonly selected: string | null
  readonly onOpen: (row: EventRow) => void
  /** The panel is open: only what is always there. */
  readonly isNarrow: boolean
  readonly columns?: readonly ColumnName[]
  /** Rows that are chosen for a copy or an export; none: nothing can be chosen here. */
  readonly checks?: RowChecks
  /** As one request holds them; else the newest is first. */
  readonly isInItemOrder?: boolean
  /** Where it is known which of the two has room; a server knows nothing of a window, and the style sheet hides one. */
  readonly only?: 'table' | 'list' | undefined
}

export type RowChecks = {
  readonly ids: ReadonlySet<string>
  readonly onToggle: (row: EventRow, isRange: boolean) => void
}

const alwaysPx = { check: 36, received: 108, outcome: 116, type: 150, id: 284 }
/** `2:32:58.024 PM` */
const receivedOf12HoursPx = 132

/** Drawn again only for rows of its own: what waits behind a tail that stands still, and its rate, are not among them. */
export const EventsTable = memo(function EventsTable({
  slug,
  rows,
  selected,
  onOpen,
  isNarrow,
  columns = standardColumns,
  checks,
  isInItemOrder = false,
  only,
}: Props) {
  const { zone } = useZone()
  const receivedPx = zone.hours === 12 ? receivedOf12HoursPx : alwaysPx.received
  const dayOf = useMemo(() => daysIn(zone.timeZone), [zone.timeZone])
  // Stands still while a tail puts rows under it.
  const [newest] = rows
  const startsDay = (n: number) => n > 0 && dayOf(rows[n]!) !== dayOf(rows[n - 1]!)
  // Beside the panel, which shows all of the event, there is room for one at most.
  const shown = isNarrow ? columns.filter((name) => name === 'source') : columns
  const isStandard = columns === standardColumns || columns.join() === standardColumns.join()
  const hidesWithoutRoom = isStandard || isNarrow
  const hasChecks = checks !== undefined

  const dayText = (row: EventRow) => dayWithYear(new Date(row.receivedAt), zone.timeZone)
  const dayRow = (row: EventRow) => (
    <tr>
      <th
        colSpan={4 + Number(hasChecks)}
        scope="rowgroup"
        className="border-line border-b bg-bg px-4 py-1 text-left font-medium text-12 text-fg-3"
      >
        {dayText(row)}
      </th>
      {/* One for each: to span a column that is hidden would make it anew, without a name and with its width. */}
      {shown.map((name) => {
        const { hidden }: EventColumn = optionalColumns[name]
        return <td key={name} className={cn('border-line border-b bg-bg', hidesWithoutRoom && hidden)} />
      })}
    </tr>
  )
  const dayItem = (row: EventRow) => (
    <li className="border-line border-b bg-bg px-4 py-1 font-medium text-12 text-fg-3">{dayText(row)}</li>
  )

  const table = only !== 'list' && (
    <Table className="table-fixed" {...(hidesWithoutRoom ? {} : { style: { minWidth: widthOf(columns, hasChecks) } })}>
      <thead>
        <tr>
          {hasChecks && (
            <Th style={{ width: alwaysPx.check }}>
              <span className="sr-only">{text.selectColumn}</span>
            </Th>
          )}
          <Th style={{ width: receivedPx }} aria-sort={isInItemOrder ? undefined : 'descending'}>
            {text.received}
          </Th>
          <Th style={{ width: alwaysPx.outcome }}>{text.outcome}</Th>
          {/* Beside an open panel, which shows the whole id, the type keeps its room and the id gets what is left. */}
          <Th {...(isNarrow ? { style: { width: alwaysPx.type } } : {})}>{text.type}</Th>
          <Th {...(isNarrow ? {} : { style: { width: alwaysPx.id } })}>{text.eventId}</Th>
          {shown.map((name) => {
            const { label, widthPx, isNumber, hidden }: EventColumn = optionalColumns[name]
            return (
              <Th
                key={name}
                style={{ width: widthPx }}
                className={cn(isNumber && 'text-right', hidesWithoutRoom && hidden)}
              >
                {label}
              </Th>
            )
          })}
        </tr>
      </thead>
      <tbody>
        {newest && dayRow(newest)}
        {rows.map((row, n) => {
          const id = rowId(row)
          return (
            <Fragment key={`${row.requestId}.${row.item}`}>
              {startsDay(n) && dayRow(row)}
              <TableRow
                slug={slug}
                row={row}
                isSelected={id === selected}
                isChecked={checks?.ids.has(id) ?? false}
                hasAnyChecked={(checks?.ids.size ?? 0) > 0}
                columns={shown}
                hidesWithoutRoom={hidesWithoutRoom}
                onOpen={onOpen}
                onToggle={checks?.onToggle}
              />
            </Fragment>
          )
        })}
      </tbody>
    </Table>
  )
  return (
    <>
      {table && (
        <div className="@container max-md:hidden">
          {hidesWithoutRoom ? (
            table
          ) : (
            <div {...scrollRegion(text.title)} className="overflow-x-auto [&_thead_th]:static">
              {table}
            </div>
          )}
        </div>
      )}
      {only !== 'table' && (
        <ul className="m-0 list-none p-0 md:hidden">
          {newest && dayItem(newest)}
          {rows.map((row, n) => (
            <Fragment key={`${row.requestId}.${row.item}`}>
              {startsDay(n) && dayItem(row)}
              <ListItem slug={slug} row={row} />
            </Fragment>
          ))}
        </ul>
      )}
    </>
  )
})

const quarterMs = 900_000

/** Days begin at a quarter of an hour in every zone, and to ask the zone costs more than anything else of a row that stays. */
function daysIn(timeZone: string): (row: EventRow) => string {
  const known = new Map<number, string>()
  return ({ receivedAt }) => {
    const quarter = Math.floor(Date.parse(receivedAt) / quarterMs)
    const found = known.get(quarter) ?? day(new Date(quarter * quarterMs), timeZone)
    known.set(quarter, found)
    return found
  }
}

function widthOf(columns: readonly ColumnName[], hasChecks: boolean): number {
  const { check, received, outcome, type, id } = alwaysPx
  const optional = columns.reduce((all, name) => all + optionalColumns[name].widthPx, 0)
  return (hasChecks ? check : 0) + received + outcome + type + id + optional
}

type RowProps = {
  readonly slug: string
  readonly row: EventRow
  readonly isSelected: boolean
  readonly isChecked: boolean
  readonly hasAnyChecked: boolean
  readonly columns: readonly ColumnName[]
  readonly hidesWithoutRoom: boolean
  readonly onOpen: (row: EventRow) => void
  readonly onToggle: RowChecks['onToggle'] | undefined
}

/** Drawn again only when something of its own changes: a live tail has a thousand of them. */
const TableRow = memo(function TableRow({
  slug,
  row,
  isSelected,
  isChecked,
  hasAnyChecked,
  columns,
  hidesWithoutRoom,
  onOpen,
  onToggle,
}: RowProps) {
  const id = rowId(row)
  /** With a modifier the link does what browsers do: a new tab; Shift chooses up to here. */
  const onClick = (event: MouseEvent) => {
    if (event.shiftKey && onToggle !== undefined) {
      event.preventDefault()
      onToggle(row, true)
      return
    }
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    if (window.getSelection()?.toString() !== '') return
    event.preventDefault()
    onOpen(row)
  }
  return (
    <tr
      data-event-row={id}
      aria-selected={isSelected}
      onClick={(event) => {
        // Where there is no link under the pointer, the row is one.
        if (event.metaKey || event.ctrlKey) window.open(`/${slug}/events/${id}`, '_blank', 'noopener')
        else onClick(event)
      }}
      onMouseDown={(event) => {
        // No text is marked on the way of a range.
        if (event.shiftKey && onToggle !== undefined) event.preventDefault()
      }}
      className={cn(
        'group cursor-pointer hover:bg-hover',
        (isSelected || isChecked) && 'bg-selected hover:bg-selected',
      )}
    >
      {onToggle !== undefined && (
        <Td className="pr-0" onClick={(event) => event.stopPropagation()}>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={text.selectRow(shownId(row))}
            checked={isChecked}
            onChange={(event) => onToggle(row, (event.nativeEvent as PointerEvent).shiftKey === true)}
            className={cn(
              'block size-4 accent-accent focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100',
              !hasAnyChecked && 'opacity-0',
            )}
          />
        </Td>
      )}
      <Td className="whitespace-nowrap font-mono text-12 text-fg-2">
        <Time at={row.receivedAt} as="clock" />
      </Td>
      <Td>
        <StatusMark severity={outcomeSeverity[row.outcome]} label={outcomeText[row.outcome]} />
      </Td>
      <Td className="truncate">
        <TypeCell row={row} />
      </Td>
      <Td>
        <span className="relative flex items-center">
          <Link
            href={`/${slug}/events/${id}`}
            prefetch={false}
            onClick={(event) => {
              onClick(event)
              event.stopPropagation()
            }}
            className="min-w-0 truncate font-mono text-12 text-fg leading-6 no-underline"
          >
            {row.outcome === 'rejected' ? row.reason : shownId(row)}
          </Link>
          <Copy
            text={shownId(row)}
            label={text.copyId}
            className="absolute right-0 bg-hover opacity-0 focus-visible:opacity-100 group-hover:opacity-100 group-aria-selected:bg-selected pointer-coarse:hidden"
          />
        </span>
      </Td>
      {columns.map((name) => {
        const { isNumber, hidden, cell }: EventColumn = optionalColumns[name]
        return (
          <Td
            key={name}
            className={cn(
              'truncate text-fg-2',
              isNumber && 'tabular whitespace-nowrap text-right',
              hidesWithoutRoom && hidden,
            )}
          >
            {cell(row)}
          </Td>
        )
      })}
    </tr>
  )
})

const ListItem = memo(function ListItem({ slug, row }: { readonly slug: string; readonly row: EventRow }) {
  const id = rowId(row)
  return (
    <li data-event-row={id} className="border-line border-b">
      <Link
        href={`/${slug}/events/${id}`}
        prefetch={false}
        className="flex flex-col gap-0.5 px-4 py-2 text-fg no-underline"
      >
        <span className="flex items-center justify-between gap-3">
          <Time at={row.receivedAt} as="clock" className="font-mono text-12 text-fg-2" />
          <StatusMark severity={outcomeSeverity[row.outcome]} label={outcomeText[row.outcome]} />
        </span>
        <span className="truncate">
          <TypeCell row={row} />
        </span>
        <code className="break-all text-11 text-fg-2">{row.outcome === 'rejected' ? row.reason : shownId(row)}</code>
      </Link>
    </li>
  )
})

function TypeCell({ row }: { readonly row: EventRow }) {
  return (
    <>
      <span className="font-medium">{row.eventType ?? '–'}</span>
      {row.mode === 'test' && <Tag>{text.test}</Tag>}
      {row.items > 1 && <Tag>{`${row.item + 1}/${row.items}`}</Tag>}
    </>
  )
}

function Tag({ children }: { readonly children: string }) {
  return (
    <span className="ml-2 rounded-[4px] bg-hover px-1.5 py-px text-11 text-fg-2 group-hover:bg-bg">{children}</span>
  )
}
