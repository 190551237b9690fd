'use client'

import { lazy, Suspense, useEffect, useState } from 'react'
import { findEvent } from '../../ui/shell-events.ts'
import { isDialogOpen } from '../../ui/typing.ts'
import type { PaletteProps } from './palette.tsx'

// Its list is no part of what every page loads first.
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))

/** ⌘K or Ctrl K, also while somebody types; not over another dialog. */
export function PaletteHost(props: Omit<PaletteProps, 'onClose'>) {
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const open = () => setOpen(true)
    const onKey = (event: KeyboardEvent) => {
      const isK =
        event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey
      if (!isK || isDialogOpen()) return
      event.preventDefault()
      open()
    }
    window.addEventListener('keydown', onKey)
    window.addEventListener(findEvent, open)
    return () => {
      window.removeEventListener('keydown', onKey)
      window.removeEventListener(findEvent, open)
    }
  }, [])
  if (!isOpen) return null
  return (
    <Suspense>
      <Palette {...props} onClose={() => setOpen(false)} />
    </Suspense>
  )
}
