'use client'

import { type ReactNode, useEffect, useState } from 'react'
import { onDemand, usePart } from './on-demand.ts'

const parts = onDemand(() => import('./popups/tooltip.tsx'))
const openMs = 350
/** Long enough to reach the tooltip itself, and for a neighbour to open without delay. */
const graceMs = 150

type Shown = { readonly anchor: Element; readonly label: string; readonly isOpen: boolean }

/** One tooltip for the whole page, at whatever has a `data-tooltip` under the pointer or the keyboard's focus. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<Shown>()
  const loaded = usePart(parts, shown !== undefined)
  useEffect(() => listen(setShown), [])
  return (
    <>
      {children}
      {loaded !== undefined && shown !== undefined && <loaded.Popup {...shown} />}
    </>
  )
}

function listen(setShown: (change: (before: Shown | undefined) => Shown | undefined) => void): () => void {
  const stop = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let current: Element | undefined
  let isOpen = false

  function open(anchor: Element, afterMs: number) {
    clearTimeout(timer)
    current = anchor
    // Without its code there is no tooltip; the next one asks again.
    parts.load().catch(() => undefined)
    timer = setTimeout(() => {
      if (!anchor.isConnected) return
      isOpen = true
      setShown(() => ({ anchor, label: anchor.getAttribute('data-tooltip') ?? '', isOpen }))
    }, afterMs)
  }
  function close(afterMs: number) {
    clearTimeout(timer)
    current = undefined
    timer = setTimeout(() => {
      isOpen = false
      setShown((before) => before && { ...before, isOpen })
    }, afterMs)
  }
  function over({ target, pointerType }: PointerEvent) {
    if (pointerType === 'touch' || !(target instanceof Element)) return
    if (target.closest('[data-tooltip-popup]') !== null) {
      clearTimeout(timer)
      return
    }
    const anchor = target.closest('[data-tooltip]') ?? undefined
    if (anchor === current && (anchor !== undefined || !isOpen)) return
    if (anchor === undefined) close(graceMs)
    else open(anchor, isOpen ? 0 : openMs)
  }
  function focus({ target }: FocusEvent) {
    if (target instanceof Element && target.matches('[data-tooltip]:focus-visible')) open(target, 0)
  }
  const closeNow = () => close(0)
  const options = { signal: stop.signal, capture: true, passive: true }
  document.addEventListener('pointerover', over, options)
  document.documentElement.addEventListener('pointerleave', closeNow, { signal: stop.signal })
  document.addEventListener('focusin', focus, options)
  document.addEventListener('focusout', closeNow, options)
  document.addEventListener('pointerdown', closeNow, options)
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && closeNow(), options)
  return () => {
    clearTimeout(timer)
    stop.abort()
  }
}
