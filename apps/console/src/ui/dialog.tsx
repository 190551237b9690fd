'use client'

import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.tsx'
import { cn } from './class-names.ts'
import { Field, Input } from './field.tsx'
import { Layer } from './layer.tsx'
import { scrollRegion } from './scroll-region.ts'

const scrim =
  'fixed inset-0 z-40 bg-scrim transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0'
const frame =
  'popup fixed z-40 flex max-h-dvh flex-col bg-raised shadow-popover max-sm:inset-0 sm:left-1/2 sm:top-[12vh] sm:max-h-[80vh] sm:w-[480px] sm:-translate-x-1/2 sm:rounded-card'

export type DialogProps = {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly title: string
  readonly description?: ReactNode
  /** Neither Esc nor a click outside closes it. */
  readonly isHeld?: boolean
  /** The title is for screen readers alone. */
  readonly isBare?: boolean
  readonly children: ReactNode
  readonly className?: string
}

export function Dialog({
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
                className="-mr-1 grid size-7 shrink-0 place-items-center rounded-control text-fg-3 hover:bg-hover hover:text-fg"
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

/** Where the focus goes back to. Base UI looks for it only when a field with `autoFocus` has taken it already. */
function useOpener(isOpen: boolean): () => HTMLElement | true {
  const opener = useRef<Element | null>(null)
  const wasOpen = useRef(false)
  if (isOpen !== wasOpen.current) {
    wasOpen.current = isOpen
    if (isOpen && typeof document !== 'undefined') opener.current = document.activeElement
  }
  return () => {
    const { current } = opener
    const isThere = current instanceof HTMLElement && current.isConnected && current !== document.body
    // An item of a menu is gone: Base UI knows the menu's button.
    return isThere ? current : true
  }
}

export function DialogBody({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  const { ref, isCut } = useOverflow()
  return (
    <div
      ref={ref}
      {...(isCut ? scrollRegion('Contents') : {})}
      className={cn(
        'flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 py-4 focus-visible:-outline-offset-2',
        className,
      )}
    >
      {children}
    </div>
  )
}

/** Only what is higher than its room needs to be reached by the keyboard. */
function useOverflow() {
  const ref = useRef<HTMLDivElement>(null)
  const [isCut, setCut] = useState(false)
  useEffect(() => {
    const { current } = ref
    if (current === null) return
    const observer = new ResizeObserver(() => setCut(current.scrollHeight > current.clientHeight))
    for (const each of [current, ...current.children]) observer.observe(each)
    return () => observer.disconnect()
  }, [])
  return { ref, isCut }
}

export function DialogFooter({ children }: { readonly children: ReactNode }) {
  return (
    <footer className="flex flex-wrap justify-end gap-2 border-line border-t px-4 py-3 max-sm:*:flex-1">
      {children}
    </footer>
  )
}

export type ConfirmProps = {
  readonly isOpen: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly title: string
  readonly children: ReactNode
  /** The verb with its object: "Revoke key". */
  readonly action: string
  readonly isDanger?: boolean
  readonly isPending?: boolean
  /** Has to be typed exactly (or pasted) before the button works. */
  readonly typed?: string | undefined
  readonly onConfirm: () => void
}

export function ConfirmDialog({
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
