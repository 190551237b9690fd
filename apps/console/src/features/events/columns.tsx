import type { ReactNode } from 'react'
import { bytes, duration, span } from '../../ui/format.ts'
import { Time } from '../../ui/time.tsx'
import { sourceText } from '../../words/outcomes.ts'
import type { EventRow } from './event-row.ts'
import { text } from './text.ts'

export type EventColumn = {
  readonly label: string
  readonly widthPx: number
  readonly isNumber?: boolean
  /** Where the table has no room for it, unless somebody asks: the type keeps its 150 px. */
  readonly hidden?: string
  readonly cell: (row: EventRow) => ReactNode
}

const mono = (value: string | null) => (value === null ? '–' : <span className="font-mono text-12">{value}</span>)

/** Beside time, outcome, type and id, which are always there. */
export const optionalColumns = {
  source: {
    label: text.source,
    widthPx: 120,
    hidden: '@max-[814px]:hidden',
    cell: ({ source }) => <span className="text-fg">{sourceText(source.name)}</span>,
  },
  key: {
    label: text.key,
    widthPx: 128,
    hidden: '@max-[942px]:hidden',
    cell: ({ key }) => key?.name ?? key?.display ?? '–',
  },
  size: {
    label: text.size,
    widthPx: 72,
    isNumber: true,
    hidden: '@max-[1014px]:hidden',
    cell: ({ size }) => bytes(size),
  },
  latency: {
    label: text.latency,
    widthPx: 80,
    isNumber: true,
    hidden: '@max-[1094px]:hidden',
    cell: ({ latencyMs }) => (latencyMs === null ? '–' : duration(latencyMs)),
  },
  occurred: {
    label: text.occurred,
    widthPx: 112,
    cell: ({ occurredAt }) =>
      occurredAt === null ? '–' : <Time at={occurredAt} as="clock" className="font-mono text-12" />,
  },
  lag: { label: text.lag, widthPx: 76, isNumber: true, cell: lagOf },
  request: { label: text.requestId, widthPx: 292, cell: ({ requestId }) => mono(requestId) },
  item: { label: text.item, widthPx: 64, isNumber: true, cell: ({ item, items }) => `${item + 1}/${items}` },
  idem: { label: text.idempotencyKey, widthPx: 200, cell: ({ idempotencyKey }) => mono(idempotencyKey) },
  ip: { label: text.ip, widthPx: 128, cell: ({ ip }) => mono(ip) },
  trace: { label: text.trace, widthPx: 264, cell: ({ traceId }) => mono(traceId) },
  status: { label: text.status, widthPx: 96, isNumber: true, cell: ({ status }) => status ?? '–' },
  mode: { label: text.mode, widthPx: 72, cell: ({ mode }) => text.modes[mode] },
} as const satisfies Readonly<Record<string, EventColumn>>

export type ColumnName = keyof typeof optionalColumns
export const columnNames = Object.keys(optionalColumns) as readonly ColumnName[]
export const standardColumns: readonly ColumnName[] = ['source', 'key', 'size', 'latency']

/** `cols=source,ip`; absent: the standard ones; what is not known is dropped. `cols=none`: only what is always there. */
export function readColumns(given: string | null): readonly ColumnName[] {
  if (given === null) return standardColumns
  const names = given.split(',')
  return columnNames.filter((name) => names.includes(name))
}

/** Null: the standard ones, which no address needs. */
export function writeColumns(columns: readonly ColumnName[]): string | null {
  const names = columnNames.filter((name) => columns.includes(name)).join(',')
  return names === standardColumns.join(',') ? null : names || 'none'
}

function lagOf({ occurredAt, receivedAt }: EventRow): string {
  const ms = occurredAt === null ? 0 : new Date(receivedAt).getTime() - new Date(occurredAt).getTime()
  return span(ms) ?? '–'
}
