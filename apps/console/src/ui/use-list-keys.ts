'use client'

import { useEffect, useRef } from 'react'
import { writeClipboard } from './copy.tsx'
import { isDialogOpen, isTyping } from './typing.ts'
import { useStable } from './use-stable.ts'

/** The attribute in which each row says its id. */
export type RowMark = `data-${string}`

type ListKeys = {
  readonly mark: RowMark
  /** In the order that is shown; asked for only when a key is pressed. Undefined: they are still loading. */
  readonly ids: () => readonly string[] | undefined
  /** Where the focus is in no row. */
  readonly selected?: string | null
  /** Beside the focus, which follows anyway. */
  readonly onMove?: (id: string) => void
  /** What `c` copies. */
  readonly copyOf?: (id: string) => string
  /** Keys that only this list has. */
  readonly onOther?: (event: KeyboardEvent, id: string | undefined) => void
}

/**
 * `j` `k` walk the rows and `c` copies an id; Enter is the focused link's own. What is pressed while the rows still load
 * is done by the function it answers, once they are there.
 */
export function useListKeys({ mark, ids, selected = null, onMove, copyOf = String, onOther }: ListKeys): () => void {
  const early = useRef<KeyboardEvent[]>([])
  const onKey = useStable((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
    const shown = ids()
    if (shown === undefined && (event.key === 'j' || event.key === 'k')) {
      early.current.push(event)
      return
    }
    walk(event, shown ?? [])
  })
  const walk = (event: KeyboardEvent, shown: readonly string[]) => {
    const focused = document.activeElement?.closest(`[${mark}]`)?.getAttribute(mark) ?? null
    const at = shown.indexOf(focused ?? selected ?? '')
    const id = shown[at]
    switch (event.key) {
      case 'j':
      case 'k': {
        const next = shown[event.key === 'j' ? at + 1 : Math.max(0, at - 1)]
        if (next === undefined) return
        onMove?.(next)
        focusRow(mark, next)
        return
      }
      case 'c':
        if (id !== undefined) void writeClipboard(copyOf(id))
        return
      default:
        onOther?.(event, id)
    }
  }
  const catchUp = useStable(() => {
    for (const event of early.current.splice(0)) walk(event, ids() ?? [])
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onKey])
  return catchUp
}

/** A row's link, else its menu, else the row. Wide and narrow, a list is there twice and seen once. */
export function focusRow(mark: RowMark, id: string): void {
  const rows = [...document.querySelectorAll<HTMLElement>(`[${mark}="${CSS.escape(id)}"]`)]
  const row = rows.find((each) => each.offsetParent !== null)
  const target = row?.querySelector<HTMLElement>('a') ?? row?.querySelector<HTMLElement>('[data-row-menu]') ?? row
  target?.focus()
  row?.scrollIntoView({ block: 'nearest' })
}
