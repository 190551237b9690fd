'use client'

import type { ReactNode } from 'react'
import { onDemand, usePartOnceOpen } from './on-demand.ts'

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

const comeNear = () => {
  // Whoever opens it asks again, and is shown the failure.
  parts.load().catch(() => undefined)
}

/** For a button that opens one: its code is on its way before the button is pressed. */
export const opensDialog = { onPointerEnter: comeNear, onFocus: comeNear } as const

export function Dialog(props: DialogProps) {
  const loaded = usePartOnceOpen(parts, props)
  return loaded === undefined ? null : <loaded.DialogFrame {...props} />
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
