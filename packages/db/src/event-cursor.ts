import { createHash } from 'node:crypto'
import { isUuid } from '@eventmesh/envelope'
import { z } from 'zod'
import type { EventRange, FixedRange } from './event-range.ts'
import type { SearchTerm } from './search-grammar.ts'

/** Where a page goes on: past this row, within the ends that the first page fixed. */
export type EventCursor = {
  readonly direction: 'older' | 'newer'
  /** Microseconds: a `Date` would drop them, and rows with them. */
  readonly receivedText: string
  readonly requestId: string
  readonly item: number
  readonly range: FixedRange
}

const version = 1
const time = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
const milliseconds = z.int().min(-8.64e15).max(8.64e15)
const form = z.tuple([
  z.literal(version),
  z.enum(['older', 'newer']),
  time,
  z.string().refine((text) => isUuid(text)),
  z.int().min(0).max(2_147_483_647),
  milliseconds,
  milliseconds,
  z.string(),
])

/** Opaque to whoever holds it; good only for the same question. */
export function encodeCursor(cursor: EventCursor, question: string): string {
  const { direction, receivedText, requestId, item, range } = cursor
  const fields = [version, direction, receivedText, requestId, item, range.from.getTime(), range.to.getTime(), question]
  return Buffer.from(JSON.stringify(fields satisfies z.input<typeof form>[number][])).toString('base64url')
}

/** Undefined: not a cursor, one of another version, or another question's. */
export function decodeCursor(text: string, question: string): EventCursor | undefined {
  const parsed = form.safeParse(parse(text))
  if (!parsed.success || parsed.data[7] !== question) return undefined
  const [, direction, receivedText, requestId, item, fromMs, toMs] = parsed.data
  return { direction, receivedText, requestId, item, range: { from: new Date(fromMs), to: new Date(toMs) } }
}

/** What a cursor belongs to: the terms and the range as it was asked, whenever that was. */
export function questionOf(terms: readonly SearchTerm[], range: EventRange | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([terms, range ?? null]))
    .digest('base64url')
    .slice(0, 22)
}

function parse(text: string): unknown {
  if (text.length > 1_000) return undefined
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    // Whatever it was, it is no cursor of ours.
    return undefined
  }
}
