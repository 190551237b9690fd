import 'server-only'
import type { Member } from '../../server/session.ts'
import type { EventRow } from './event-row.ts'
import { type ExportFormat, exportHead, exportRows, exportRowsMax } from './export-rows.ts'
import type { EventsFilter } from './filter.ts'
import { type ListAnswer, listEvents } from './queries.ts'

export type ExportOptions = { readonly format: ExportFormat; readonly timeZone: string }

const pageSize = 200

/** The filter's newest rows, page by page as the reader takes them; the first page's faults are the answer's. */
export async function exportStream(
  member: Member,
  filter: EventsFilter,
  { format, timeZone }: ExportOptions,
): Promise<ReadableStream<Uint8Array> | Exclude<ListAnswer, { state: 'page' }>> {
  const first = await listEvents(member, filter, { limit: pageSize })
  if (first.state !== 'page') return first
  const encoder = new TextEncoder()
  let next: typeof first | undefined = first
  let left = exportRowsMax
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(exportHead(format)))
    },
    async pull(controller) {
      if (next === undefined) return controller.close()
      const rows: readonly EventRow[] = next.page.rows.slice(0, left)
      const { older } = next.page
      left -= rows.length
      controller.enqueue(encoder.encode(exportRows(format, rows, timeZone)))
      next = undefined
      if (older === null || left === 0) return controller.close()
      const answer = await listEvents(member, filter, { cursor: older, limit: pageSize })
      // The reader sees that its file is broken off, and asks again.
      if (answer.state !== 'page') throw new Error(`the export broke off: ${answer.state}`)
      next = answer
    },
  })
}
