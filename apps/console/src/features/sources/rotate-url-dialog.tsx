'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog, DialogBody, DialogFooter } from '../../ui/dialog.tsx'
import { send } from '../../ui/send.ts'
import { useLeaveGuard } from '../../ui/use-leave-guard.ts'
import { rotateSourceUrl } from './actions.ts'
import { ShownAddress } from './shown-address.tsx'
import { text } from './text.ts'

const { settings } = text

type Props = { readonly slug: string; readonly sourceId: string; readonly onClose: () => void }

export function RotateUrlDialog({ slug, sourceId, onClose }: Props) {
  const [url, setUrl] = useState<string>()
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<string>()

  async function rotate() {
    setPending(true)
    const result = await send(() => rotateSourceUrl(slug, { id: sourceId }))
    setPending(false)
    if (result.ok) setUrl(result.data.url)
    else setFault(result.message)
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
      <p role="alert" className="text-bad-text empty:hidden">
        {fault}
      </p>
    </ConfirmDialog>
  )
}

function NewAddress({ url, onClose }: { readonly url: string; readonly onClose: () => void }) {
  const [isCopied, setCopied] = useState(false)
  const [isAsking, setAsking] = useState(false)
  useLeaveGuard()
  return (
    <>
      <DialogBody>
        <ShownAddress url={url} onCopied={() => setCopied(true)} />
      </DialogBody>
      <DialogFooter>
        {isCopied ? (
          <Button kind="primary" onClick={onClose}>
            {settings.done}
          </Button>
        ) : isAsking ? (
          <>
            <span role="alert" className="mr-auto self-center text-13 text-bad-text">
              {settings.sureLead}
            </span>
            <Button kind="danger" onClick={onClose}>
              {settings.sure}
            </Button>
          </>
        ) : (
          <Button kind="quiet" onClick={() => setAsking(true)}>
            {settings.close}
          </Button>
        )}
      </DialogFooter>
    </>
  )
}
