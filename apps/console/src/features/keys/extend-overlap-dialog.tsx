'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { day, shortClock } from '../../ui/format.ts'
import { useZone } from '../../ui/time.tsx'
import { extendOverlap } from './actions.ts'
import type { KeyRow } from './key-row.ts'
import { text } from './text.ts'

const dayMs = 86_400_000
const days = [1, 2, 3, 5, 7]

type Props = { readonly slug: string; readonly old: KeyRow; readonly onClose: () => void }

export function ExtendOverlapDialog({ slug, old, onClose }: Props) {
  const { zone } = useZone()
  const choices = laterEnds(old)
  const [endsAt, setEndsAt] = useState(choices.at(-1) ?? '')
  const form = useForm(() => extendOverlap(slug, { id: old.id, endsAt }), onClose)
  return (
    <Dialog isOpen onOpenChange={onClose} title={text.extendTitle} description={text.extendLead}>
      <form onSubmit={form.onSubmit} noValidate className="contents">
        <DialogBody>
          <FormFault fault={form.fault} />
          <RadioGroup
            name="endsAt"
            label={text.overlap}
            value={endsAt}
            onChange={setEndsAt}
            choices={choices.map((value) => ({
              value,
              label: text.until(
                `${day(new Date(value), zone.timeZone)}, ${shortClock(new Date(value), zone.timeZone, zone.hours)}`,
              ),
            }))}
          />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            type="submit"
            kind="primary"
            isPending={form.isPending}
            disabledReason={choices.length === 0 ? text.extendLead : undefined}
          >
            {text.extendButton}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  )
}

function laterEnds({ rotatedAt, overlapEndsAt, expiresAt }: KeyRow): string[] {
  if (rotatedAt === null || overlapEndsAt === null) return []
  return days
    .map((n) => new Date(new Date(rotatedAt).getTime() + n * dayMs).toISOString())
    .filter((end) => end > overlapEndsAt && (expiresAt === null || end <= expiresAt))
}
