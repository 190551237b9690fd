import { type EventRow, rowId } from './event-row.ts'

/** Rows that are chosen, by id, and the last one that was: a range goes from it. */
export type CheckedRows = { readonly rows: ReadonlyMap<string, EventRow>; readonly anchor: string | null }

export const noChecks: CheckedRows = { rows: new Map(), anchor: null }

/** Chooses a row, or takes it back; as a range everything from the anchor to it. */
export function toggleCheck(
  { rows, anchor }: CheckedRows,
  row: EventRow,
  { isRange, shown }: { readonly isRange: boolean; readonly shown: readonly EventRow[] },
): CheckedRows {
  const next = new Map(rows)
  const id = rowId(row)
  const from = shown.findIndex((each) => rowId(each) === anchor)
  const to = shown.findIndex((each) => rowId(each) === id)
  if (isRange && from !== -1 && to !== -1) {
    for (const each of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) next.set(rowId(each), each)
  } else if (!next.delete(id)) next.set(id, row)
  return { rows: next, anchor: id }
}
