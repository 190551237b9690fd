'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { day, relative, shortClock } from '../../ui/format.ts'
import { useZone } from '../../ui/time.tsx'
import { rotateKey } from './actions.ts'
import { type Expiry, ExpiryField } from './expiry-field.tsx'
import { type KeyRow, usedWithin24h } from './key-row.ts'
import { RevealKey } from './reveal-key.tsx'
import { text } from './text.ts'

const hourMs = 3_600_000
const overlaps = [
  ['0', text.rotateNow],
  [String(hourMs), '1 hour'],
  [String(24 * hourMs), '24 hours'],
  [String(72 * hourMs), '3 days'],
  [String(168 * hourMs), '7 days'],
] as const

type Props = {
  readonly slug: string
  readonly ingestUrl: string
  readonly old: KeyRow
  readonly onClose: (newKeyId?: string) => void
  readonly onShow: (id: string) => void
}

export function RotateKeyDialog({ slug, ingestUrl, old, onClose, onShow }: Props) {
  const { zone } = useZone()
  const [now] = useState(() => new Date())
  const [overlapMs, setOverlapMs] = useState(() => (outlives(old, now, 24 * hourMs) ? '0' : String(24 * hourMs)))
  const [expiresAt, setExpiresAt] = useState<Expiry>(null)
  const [created, setCreated] = useState<{ readonly id: string; readonly key: string }>()
  const [operationId] = useState(() => crypto.randomUUID())
  const form = useForm(
    () => rotateKey(slug, { id: old.id, overlapMs: Number(overlapMs), expiresAt, operationId }),
    setCreated,
  )
  const isCut = overlapMs === '0' && usedWithin24h(old, now)
  const isShown = created !== undefined
  const other = form.fault?.subject
  const endOf = (ms: number) => {
    const at = new Date(now.getTime() + ms)
    return text.until(`${day(at, zone.timeZone)}, ${shortClock(at, zone.timeZone, zone.hours)}`)
  }
  return (
    <Dialog
      isOpen
      isHeld={isShown}
      onOpenChange={() => onClose()}
      title={isShown ? text.reveal.title : text.rotateTitle}
      description={isShown ? text.reveal.lead : text.rotateLead}
    >
      {isShown ? (
        <RevealKey secret={created.key} ingestUrl={ingestUrl} onClose={() => onClose(created.id)} />
      ) : (
        <form onSubmit={form.onSubmit} noValidate className="contents">
          <DialogBody>
            <FormFault fault={form.fault}>
              {other !== undefined && (
                <Button size="small" className="mt-2" onClick={() => onShow(other)}>
                  {text.showNewRow}
                </Button>
              )}
            </FormFault>
            <RadioGroup
              name="overlap"
              label={text.overlap}
              value={overlapMs}
              onChange={setOverlapMs}
              choices={overlaps.map(([value, label]) => ({
                value,
                label,
                hint: value === '0' ? undefined : endOf(Number(value)),
                disabledReason: outlives(old, now, Number(value)) ? text.pastExpiry : undefined,
              }))}
            />
            {old.lastUsedAt !== null && (
              <p className="text-12 text-fg-2">
                {text.lastUsed(old.display, relative(new Date(old.lastUsedAt), now), old.lastUsedIp)}
              </p>
            )}
            <ExpiryField label={text.newExpiry} error={form.errors.expiresAt} onChange={setExpiresAt} />
          </DialogBody>
          <DialogFooter>
            <Button onClick={() => onClose()}>{text.cancel}</Button>
            <Button type="submit" kind={isCut ? 'danger' : 'primary'} isPending={form.isPending}>
              {isCut ? text.rotateCut : text.rotateButton}
            </Button>
          </DialogFooter>
        </form>
      )}
    </Dialog>
  )
}

/** An overlap never goes past the key's own expiry. */
function outlives(old: KeyRow, now: Date, overlapMs: number): boolean {
  return overlapMs > 0 && old.expiresAt !== null && now.getTime() + overlapMs > new Date(old.expiresAt).getTime()
}
