'use client'

import type { KeyboardEvent, ReactNode } from 'react'
import { cn } from './class-names.ts'
import { useCopy } from './copy.tsx'

export function Facts({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <dl className={cn('m-0 grid grid-cols-[112px_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1.5', className)}>
      {children}
    </dl>
  )
}

/** `copies`: what the key `c` copies while the value, or something in it, has the focus. */
export function Fact({
  label,
  copies,
  children,
}: {
  readonly label: string
  readonly copies?: string
  readonly children: ReactNode
}) {
  const { isCopied, copy } = useCopy(copies)
  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== 'c' || event.ctrlKey || event.metaKey || event.altKey) return
    // Not the list's key now, which would copy the row's id.
    event.stopPropagation()
    void copy()
  }
  return (
    <div className="contents">
      <dt className="text-fg-3">{label}</dt>
      <dd
        {...(copies === undefined ? {} : { tabIndex: 0, onKeyDown, 'aria-keyshortcuts': 'c' })}
        className="m-0 min-w-0 break-words rounded-[4px]"
      >
        {children}
        {copies !== undefined && (
          <span role="status" className="ml-2 text-12 text-ok-text empty:hidden">
            {isCopied ? 'Copied' : ''}
          </span>
        )}
      </dd>
    </div>
  )
}
