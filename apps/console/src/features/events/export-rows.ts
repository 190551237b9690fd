import { zonedText } from '../../ui/wall-clock.ts'
import type { EventRow } from './event-row.ts'

export const exportFormats = ['csv', 'ndjson'] as const
export type ExportFormat = (typeof exportFormats)[number]

export const exportRowsMax = 10_000

export const contentTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

type Cell = string | number | null
type Column = readonly [name: string, cell: (row: EventRow, time: (at: string | null) => string | null) => Cell]

/** In their order; times as the zone's clocks show them, with their offset. */
const columns: readonly Column[] = [
  ['received_at', (row, time) => time(row.receivedAt)],
  ['outcome', (row) => row.outcome],
  ['reason', (row) => row.reason],
  ['event_type', (row) => row.eventType],
  ['event_id', (row) => row.eventId],
  ['request_id', (row) => row.requestId],
  ['item', (row) => row.item],
  ['items', (row) => row.items],
  ['source', (row) => row.source.name],
  ['key', (row) => row.key?.name ?? null],
  ['key_id', (row) => row.key?.id ?? null],
  ['mode', (row) => row.mode],
  ['idempotency_key', (row) => row.idempotencyKey],
  ['occurred_at', (row, time) => time(row.occurredAt)],
  ['size', (row) => row.size],
  ['status', (row) => row.status],
  ['latency_ms', (row) => row.latencyMs],
  ['ip', (row) => row.ip],
  ['trace_id', (row) => row.traceId],
  ['diagnosis', (row) => row.diagnosis],
]

/** What stands before the first row. */
export function exportHead(format: ExportFormat): string {
  return format === 'csv' ? `${columns.map(([name]) => name).join(',')}\r\n` : ''
}

export function exportRows(format: ExportFormat, rows: readonly EventRow[], timeZone: string): string {
  const time = (at: string | null) => (at === null ? null : zonedText(new Date(at), timeZone))
  return rows
    .map((row) => {
      const cells = columns.map(([name, cell]) => [name, cell(row, time)] as const)
      return format === 'csv'
        ? `${cells.map(([, cell]) => csvCell(cell)).join(',')}\r\n`
        : `${JSON.stringify(Object.fromEntries(cells))}\n`
    })
    .join('')
}

/** RFC 4180; a text that a spreadsheet would take for a formula starts with an apostrophe. */
function csvCell(value: Cell): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

export function exportName(slug: string, format: ExportFormat, at: Date): string {
  return `events-${slug}-${at.toISOString().slice(0, 19).replaceAll(':', '')}.${format}`
}
