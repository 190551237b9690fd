'use client'

import { Download } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { useCopy } from '../../ui/copy.tsx'
import { count } from '../../ui/format.ts'
import { type EventRow, shownId } from './event-row.ts'
import { text } from './text.ts'

type Props = {
  readonly rows: readonly EventRow[]
  readonly onExport: () => void
  readonly exportOff: string | undefined
  readonly onClear: () => void
}

/** What can be done with the chosen rows. */
export function SelectionBar({ rows, onExport, exportOff, onClear }: Props) {
  const { isCopied, copy } = useCopy(rows.map(shownId).join('\n'))
  return (
    <section
      aria-label={text.selection}
      className="sticky bottom-0 z-[7] flex min-h-11 flex-wrap items-center gap-2 border-line border-t bg-raised px-4 py-1.5"
    >
      <span className="tabular mr-2 font-medium" role="status">
        {text.selected(count(rows.length))}
      </span>
      <Button size="small" onClick={() => void copy()}>
        {isCopied ? text.copiedIds : text.copyIds}
      </Button>
      <Button size="small" disabledReason={exportOff} onClick={onExport}>
        <Download aria-hidden size={14} />
        {text.export.open}
      </Button>
      <Button size="small" kind="quiet" onClick={onClear}>
        {text.clearSelection}
      </Button>
    </section>
  )
}
