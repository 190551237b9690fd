'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { FormFault } from '../../ui/form.tsx'
import { count } from '../../ui/format.ts'
import { useZone } from '../../ui/time.tsx'
import type { EventRow } from './event-row.ts'
import { contentTypes, type ExportFormat, exportHead, exportName, exportRows, exportRowsMax } from './export-rows.ts'
import { type EventsFilter, searchOf, writeFilter } from './filter.ts'
import { text } from './text.ts'

type Props = {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly slug: string
  readonly filter: EventsFilter
  /** Chosen rows; none: everything that the filter finds. */
  readonly rows: readonly EventRow[]
  /** How much the filter finds, where that is known. */
  readonly total: number | null
}

const words = text.export

type Fault = { readonly message: string; readonly requestId: string }

/** CSV or NDJSON, in the zone that the screen shows. */
export function ExportDialog({ isOpen, onOpenChange, slug, filter, rows, total }: Props) {
  const { zone } = useZone()
  const [format, setFormat] = useState<ExportFormat>('csv')
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<Fault>()
  const [isCut, setCut] = useState(false)
  const isSelection = rows.length > 0
  const mayBeCut = !isSelection && (isCut || total === null || total >= exportRowsMax)

  async function download() {
    setFault(undefined)
    if (isSelection) {
      save([exportHead(format), exportRows(format, rows, zone.timeZone)])
      onOpenChange(false)
      return
    }
    setPending(true)
    const found = await load(slug, filter, format)
    setPending(false)
    if ('message' in found) return setFault(found)
    save([found.content])
    setCut(found.isFull)
    if (!found.isFull) onOpenChange(false)
  }

  function save(parts: readonly string[]) {
    const address = URL.createObjectURL(new Blob([...parts], { type: contentTypes[format] }))
    const link = document.createElement('a')
    link.href = address
    link.download = exportName(slug, format, new Date())
    link.click()
    URL.revokeObjectURL(address)
  }

  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={words.title}
      description={isSelection ? words.ofRows(count(rows.length)) : words.ofFilter(total === null ? '' : count(total))}
    >
      <DialogBody>
        <RadioGroup
          name="format"
          label={words.format}
          value={format}
          onChange={setFormat}
          isRow
          choices={[
            { value: 'csv', label: words.csv, hint: words.csvHint },
            { value: 'ndjson', label: words.ndjson, hint: words.ndjsonHint },
          ]}
        />
        <p className="text-12 text-fg-3">{words.zone(zone.timeZone)}</p>
        {mayBeCut && (
          <div className="flex flex-col gap-2">
            <p className={isCut ? 'text-warn-text' : 'text-fg-2'}>{isCut ? words.wasCut : words.limit}</p>
            <CodeBlock text={cliLine(slug, filter)} label={words.cli} isWrapped />
          </div>
        )}
        <FormFault fault={fault && { ok: false, code: 'export', ...fault }} />
      </DialogBody>
      <DialogFooter>
        <Button onClick={() => onOpenChange(false)}>{text.cancel}</Button>
        <Button kind="primary" isPending={isPending} onClick={() => void download()}>
          {words.download}
        </Button>
      </DialogFooter>
    </Dialog>
  )
}

type Loaded = { readonly content: string; readonly isFull: boolean } | Fault

async function load(slug: string, filter: EventsFilter, format: ExportFormat): Promise<Loaded> {
  try {
    const response = await fetch(`/api/${slug}/export?${writeFilter(filter)}&format=${format}`)
    if (!response.ok) {
      const requestId = response.headers.get('x-request-id') ?? ''
      return { message: response.status === 504 ? text.tooLong : words.failed, requestId }
    }
    const content = await response.text()
    const lines = content.split('\n').length - 1 - Number(format === 'csv')
    return { content, isFull: lines >= exportRowsMax }
  } catch {
    // No network, or the file broke off on its way.
    return { message: words.failed, requestId: '' }
  }
}

function cliLine(slug: string, filter: EventsFilter): string {
  const q = searchOf(filter)
  const quoted = q === '' ? '' : ` --q '${q.replaceAll("'", `'\\''`)}'`
  return `npm run -s eventmesh -- event list --tenant ${slug}${quoted} --limit 10000 --json`
}
