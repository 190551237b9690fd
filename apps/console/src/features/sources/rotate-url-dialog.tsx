'use client'

import { useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { DialogBody } from '../../ui/dialog-parts.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { ShownOnceFooter } from '../../ui/shown-once.tsx'
import { useLeaveGuard } from '../../ui/use-leave-guard.ts'
import { rotateSourceUrl } from './actions.ts'
import { ShownAddress } from './shown-address.tsx'
import { text } from './text.ts'

const { settings } = text

type Props = { readonly slug: string; readonly sourceId: string; readonly onClose: () => void }

export function RotateUrlDialog({ slug, sourceId, onClose }: Props) {
  const [url, setUrl] = useState<string>()
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()

  async function rotate() {
    setPending(true)
    const result = await send(() => rotateSourceUrl(slug, { id: sourceId }))
    setPending(false)
    if (result.ok) setUrl(result.data.url)
    else setFault(result)
  }

  if (url !== undefined) {
    return (
      <Dialog isOpen isHeld onOpenChange={onClose} title={settings.rotated}>
        <NewAddress url={url} onClose={onClose} />
      </Dialog>
    )
  }
  return (
    <ConfirmDialog
      isOpen
      isDanger={false}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
      title={settings.rotateTitle}
      action={settings.rotateButton}
      isPending={isPending}
      onConfirm={() => void rotate()}
    >
      <p>{settings.rotateLead}</p>
      <FormFault fault={fault} />
    </ConfirmDialog>
  )
}

function NewAddress({ url, onClose }: { readonly url: string; readonly onClose: () => void }) {
  const [isCopied, setCopied] = useState(false)
  useLeaveGuard()
  return (
    <>
      <DialogBody>
        <ShownAddress url={url} onCopied={() => setCopied(true)} />
      </DialogBody>
      <ShownOnceFooter isCopied={isCopied} words={settings} onClose={onClose} />
    </>
  )
}
