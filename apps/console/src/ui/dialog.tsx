'use client'

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { cn } from './class-names.ts'
import { onDemand, usePartOnceOpen } from './on-demand.ts'
import { scrollRegion } from './scroll-region.ts'

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

/** Its frame is loaded with its first opening. */
const parts = onDemand(() => import('./popups/dialog.tsx'))

export function Dialog(props: DialogProps) {
  const loaded = usePartOnceOpen(parts, props)
  return loaded === undefined ? null : <loaded.DialogFrame {...props} />
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

export function ConfirmDialog(props: ConfirmProps) {
  const loaded = usePartOnceOpen(parts, props)
  return loaded === undefined ? null : <loaded.ConfirmFrame {...props} />
}

export type DrawerProps = Pick<DialogProps, 'isOpen' | 'onOpenChange' | 'children'> & {
  readonly label: string
  readonly className?: string
}

/** From the left edge, over the page. */
export function Drawer(props: DrawerProps) {
  const loaded = usePartOnceOpen(parts, props)
  return loaded === undefined ? null : <loaded.DrawerFrame {...props} />
}
