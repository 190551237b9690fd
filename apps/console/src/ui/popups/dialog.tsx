'use client'

import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { Button } from '../button.tsx'
import { cn } from '../class-names.ts'
import type { ConfirmProps, DialogProps, DrawerProps } from '../dialog.tsx'
import { DialogFooter } from '../dialog-parts.tsx'
import { Field, Input } from '../field.tsx'
import { Layer } from '../layer.tsx'

const scrim =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0'
const frame =
  'popup wrap-anywhere fixed z-40 flex max-h-dvh flex-col bg-raised shadow-popover max-sm:inset-0 sm:left-1/2 sm:top-[12vh] sm:max-h-[80vh] sm:w-[480px] sm:-translate-x-1/2 sm:rounded-card'

export function DialogFrame({
  isOpen,
  onOpenChange,
  title,
  description,
  isHeld = false,
  isBare = false,
  children,
  className,
}: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  const finalFocus = useOpener(isOpen)
  return (
    <Base.Root
      open={isOpen}
      disablePointerDismissal={isHeld}
      onOpenChange={(open, details) => {
        if (!open && isHeld && details.reason !== 'close-press') {
          details.cancel()
          return
        }
        onOpenChange(open)
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={scrim} />
        <Base.Popup ref={popup} finalFocus={finalFocus} className={cn(frame, className)}>
          <header
            className={isBare ? 'sr-only' : 'flex items-start justify-between gap-4 border-line border-b px-4 py-3'}
          >
            <div className="flex flex-col gap-1">
              <Base.Title className="m-0 font-semibold text-15">{title}</Base.Title>
              {description !== undefined && (
                <Base.Description className="m-0 text-13 text-fg-2">{description}</Base.Description>
              )}
            </div>
            {!isHeld && (
              <Base.Close
                aria-label="Close"
                className="-mr-1 grid size-7 shrink-0 place-items-center rounded-control text-fg-3 hover:bg-hover hover:text-fg pointer-coarse:-my-2 pointer-coarse:-mr-3 pointer-coarse:size-11"
              >
                <X aria-hidden size={15} />
              </Base.Close>
            )}
          </header>
          <Layer value={popup}>{children}</Layer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

export function ConfirmFrame({
  isOpen,
  onOpenChange,
  title,
  children,
  action,
  isDanger = true,
  isPending = false,
  typed,
  onConfirm,
}: ConfirmProps) {
  const popup = useRef<HTMLDivElement>(null)
  const finalFocus = useOpener(isOpen)
  const [text, setText] = useState('')
  const isReady = typed === undefined || text === typed
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady && !isPending) onConfirm()
  }
  return (
    <AlertDialog.Root
      open={isOpen}
      onOpenChange={(open) => {
        setText('')
        onOpenChange(open)
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={scrim} />
        <AlertDialog.Popup ref={popup} finalFocus={finalFocus} className={frame}>
          <Layer value={popup}>
            <form onSubmit={submit} className="contents">
              <header className="px-4 pt-4">
                <AlertDialog.Title className="m-0 font-semibold text-15">{title}</AlertDialog.Title>
              </header>
              <div className="flex flex-col gap-4 px-4 py-3">
                <AlertDialog.Description render={<div />} className="flex flex-col gap-2 text-13 text-fg-2">
                  {children}
                </AlertDialog.Description>
                {typed !== undefined && (
                  <Field name="typed" label={`Type ${typed} to confirm`}>
                    <Input value={text} onChange={(event) => setText(event.currentTarget.value)} spellCheck={false} />
                  </Field>
                )}
              </div>
              <DialogFooter>
                <Button onClick={() => onOpenChange(false)}>Cancel</Button>
                <Button
                  type="submit"
                  kind={isDanger ? 'danger' : 'primary'}
                  isPending={isPending}
                  disabledReason={isReady ? undefined : `Type ${typed} first`}
                >
                  {action}
                </Button>
              </DialogFooter>
            </form>
          </Layer>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}

export function DrawerFrame({ isOpen, onOpenChange, label, children, className }: DrawerProps) {
  const popup = useRef<HTMLDivElement>(null)
  const finalFocus = useOpener(isOpen)
  return (
    <Base.Root open={isOpen} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={cn('fixed inset-0 z-40 bg-scrim', className)} />
        <Base.Popup
          ref={popup}
          finalFocus={finalFocus}
          aria-label={label}
          className={cn(
            'fixed inset-y-0 left-0 z-40 w-[264px] border-line border-r bg-bg transition-transform duration-150 data-ending-style:-translate-x-full data-starting-style:-translate-x-full',
            className,
          )}
        >
          <Layer value={popup}>{children}</Layer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** Where the focus goes back to. Base UI looks for it only when a field with `autoFocus` has taken it already. */
function useOpener(isOpen: boolean): () => HTMLElement | true {
  const opener = useRef<Element | null>(null)
  const wasOpen = useRef(false)
  if (isOpen !== wasOpen.current) {
    wasOpen.current = isOpen
    if (isOpen) opener.current = document.activeElement
  }
  return () => {
    const { current } = opener
    const isThere = current instanceof HTMLElement && current.isConnected && current !== document.body
    // An item of a menu is gone: Base UI knows the menu's button.
    return isThere ? current : true
  }
}
