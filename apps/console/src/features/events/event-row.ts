import type { EventFacts } from '@eventmesh/db'
import type { ReactNode } from 'react'

/** A row as the browser gets it: the facts as they are. */
export type EventRow = EventFacts

/** `<request_id>`, or `<request_id>.<item>` of one of several: a row's identity in addresses. */
export function rowId({ requestId, item, items }: Pick<EventRow, 'requestId' | 'item' | 'items'>): string {
  return items > 1 ? `${requestId}.${item}` : requestId
}

/** What is copied for a row: the event's id where there is one. */
export function shownId(row: EventRow): string {
  return row.eventId ?? rowId(row)
}

export type EventsPage = {
  readonly rows: readonly EventRow[]
  readonly older: string | null
  readonly isRangeIgnored: boolean
}

export type FirstPage = {
  readonly page: EventsPage
  /** In the place of the rows where there are none. */
  readonly empty: ReactNode
}
