'use client'

import { useEffect } from 'react'
import { writeClipboard } from '../../ui/copy.tsx'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { useStable } from '../../ui/use-stable.ts'
import { type EventRow, rowId, shownId } from './event-row.ts'

type ListKeys = {
  readonly rows: readonly EventRow[]
  readonly selected: string | null
  readonly onSelect: (row: EventRow) => void
  readonly onOpen: (row: EventRow) => void
  readonly onClose: () => void
  readonly onCheck: (row: EventRow, isRange: boolean) => void
  readonly onLive: () => void
}

/** `j` `k` walk, Enter opens, Esc closes, `c` copies the id, `x` chooses (`X` up to here), `l` is the live tail. */
export function useListKeys({ rows, selected, onSelect, onOpen, onClose, onCheck, onLive }: ListKeys): void {
  const onKey = useStable((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
    const focused = document.activeElement?.closest('[data-event-row]')?.getAttribute('data-event-row') ?? null
    const at = rows.findIndex((row) => rowId(row) === (focused ?? selected))
    const row = rows[at]
    switch (event.key) {
      case 'j':
      case 'k': {
        const next = rows[event.key === 'j' ? at + 1 : Math.max(0, at - 1)]
        if (next === undefined) return
        onSelect(next)
        focusRow(rowId(next))
        return
      }
      case 'Escape':
        return onClose()
      case 'l':
        return onLive()
      case 'Enter':
        if (row !== undefined && document.activeElement === document.body) onOpen(row)
        return
      case 'x':
      case 'X':
        if (row !== undefined) onCheck(row, event.shiftKey)
        return
      case 'c':
        if (row !== undefined) void writeClipboard(shownId(row))
    }
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onKey])
}

export function focusRow(id: string): void {
  const row = document.querySelector<HTMLElement>(`[data-event-row="${id}"] a`)
  row?.focus()
  row?.closest('tr, li')?.scrollIntoView({ block: 'nearest' })
}
