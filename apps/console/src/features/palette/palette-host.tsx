'use client'

import { lazy, Suspense, useEffect, useState } from 'react'
import { findEvent } from '../../ui/shell-events.ts'
import { isDialogOpen } from '../../ui/typing.ts'
import type { PaletteProps } from './palette.tsx'

// Its list is no part of what every page loads first.
const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))

/** ⌘K or Ctrl K, also while somebody types; not over another dialog. What is typed before it is there is not lost. */
export function PaletteHost(props: Pick<PaletteProps, 'slug' | 'organizations' | 'rights'>) {
  const [isOpen, setOpen] = useState(false)
  const [isReady, setReady] = useState(false)
  const [typed, setTyped] = useState('')
  const close = () => {
    setOpen(false)
    setReady(false)
    setTyped('')
  }
  useEffect(() => {
    if (!isOpen || isReady) return
    const onKey = (event: KeyboardEvent) => {
      event.preventDefault()
      event.stopPropagation()
      if (event.key === 'Escape') {
        setOpen(false)
        setTyped('')
      } else if (event.key === 'Backspace') setTyped((before) => before.slice(0, -1))
      else if (event.key.length === 1 && !event.metaKey && !event.ctrlKey && !event.altKey) {
        setTyped((before) => before + event.key)
      }
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => window.removeEventListener('keydown', onKey, { capture: true })
  }, [isOpen, isReady])
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
      <Palette {...props} typed={typed} onType={setTyped} onReady={() => setReady(true)} onClose={close} />
    </Suspense>
  )
}
