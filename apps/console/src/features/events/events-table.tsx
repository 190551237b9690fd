'use client'

import Link from 'next/link'
import { Fragment, type MouseEvent } from 'react'
import { cn } from '../../ui/class-names.ts'
import { Copy } from '../../ui/copy.tsx'
import { bytes, day, dayWithYear, duration } from '../../ui/format.ts'
import { StatusMark } from '../../ui/status.tsx'
import { Table, Td, Th } from '../../ui/table.tsx'
import { Time, useZone } from '../../ui/time.tsx'
import { outcomeSeverity, outcomeText, sourceText } from '../../words/outcomes.ts'
import { type EventRow, rowId, shownId } from './event-row.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly rows: readonly EventRow[]
  readonly selected: string | null
  readonly onOpen: (row: EventRow) => void
  /** The panel is open: fewer columns. */
  readonly isNarrow: boolean
}

export function EventsTable({ slug, rows, selected, onOpen, isNarrow }: Props) {
  const { zone } = useZone()
  const dayOf = (row: EventRow) => day(new Date(row.receivedAt), zone.timeZone)
  const startsDay = (n: number) => n > 0 && dayOf(rows[n]!) !== dayOf(rows[n - 1]!)
  const columns = isNarrow ? 4 : 8

  /** With a modifier the link does what browsers do: a new tab. */
  const onClick = (row: EventRow) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return
    if (window.getSelection()?.toString() !== '') return
    event.preventDefault()
    onOpen(row)
  }
  return (
    <>
      <div className="max-md:hidden">
        <Table className="table-fixed">
          <thead>
            <tr>
              <Th className="w-[112px]">{text.received}</Th>
              <Th className="w-[116px]">{text.outcome}</Th>
              <Th>{text.type}</Th>
              <Th className="w-[320px]">{text.eventId}</Th>
              {!isNarrow && (
                <>
                  <Th className="w-[120px] max-xl:hidden">{text.source}</Th>
                  <Th className="w-[136px] max-xl:hidden">{text.key}</Th>
                  <Th className="w-[76px] text-right max-lg:hidden">{text.size}</Th>
                  <Th className="w-[84px] text-right max-lg:hidden">{text.latency}</Th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, n) => {
              const id = rowId(row)
              const isSelected = id === selected
              return (
                <Fragment key={`${row.requestId}.${row.item}`}>
                  {startsDay(n) && (
                    <tr>
                      <th
                        colSpan={columns}
                        scope="rowgroup"
                        className="border-line border-b bg-bg px-4 py-1 text-left font-medium text-12 text-fg-3"
                      >
                        {dayWithYear(new Date(row.receivedAt), zone.timeZone)}
                      </th>
                    </tr>
                  )}
                  <tr
                    data-event-row={id}
                    aria-selected={isSelected}
                    onClick={onClick(row)}
                    className={cn('group cursor-pointer hover:bg-hover', isSelected && 'bg-selected hover:bg-selected')}
                  >
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
                      <span className="flex items-center gap-1">
                        <Link
                          href={`/${slug}/events/${id}`}
                          prefetch={false}
                          onClick={onClick(row)}
                          className="min-w-0 truncate font-mono text-12 text-fg no-underline"
                        >
                          {row.outcome === 'rejected' ? row.reason : shownId(row)}
                        </Link>
                        <Copy
                          text={shownId(row)}
                          label={text.copyId}
                          className="opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
                        />
                      </span>
                    </Td>
                    {!isNarrow && (
                      <>
                        <Td className="truncate max-xl:hidden">{sourceText(row.source.name)}</Td>
                        <Td className="truncate text-fg-2 max-xl:hidden">{row.key?.name ?? row.key?.display ?? '–'}</Td>
                        <Td className="tabular whitespace-nowrap text-right text-fg-2 max-lg:hidden">
                          {bytes(row.size)}
                        </Td>
                        <Td className="tabular whitespace-nowrap text-right text-fg-2 max-lg:hidden">
                          {row.latencyMs === null ? '–' : duration(row.latencyMs)}
                        </Td>
                      </>
                    )}
                  </tr>
                </Fragment>
              )
            })}
          </tbody>
        </Table>
      </div>
      <ul className="m-0 list-none p-0 md:hidden">
        {rows.map((row) => {
          const id = rowId(row)
          return (
            <li key={`${row.requestId}.${row.item}`} data-event-row={id} className="border-line border-b">
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
                <code className="break-all text-11 text-fg-2">
                  {row.outcome === 'rejected' ? row.reason : shownId(row)}
                </code>
              </Link>
            </li>
          )
        })}
      </ul>
    </>
  )
}

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
