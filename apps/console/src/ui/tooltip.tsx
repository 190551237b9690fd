'use client'

import { cloneElement, type ReactElement } from 'react'

/** Secondary words beside something that says the fact itself; the page's `TooltipProvider` shows them. */
export function Tooltip({
  label,
  children,
}: {
  readonly label: string
  readonly children: ReactElement<{ readonly 'data-tooltip'?: string }>
}) {
  return cloneElement(children, { 'data-tooltip': label })
}
