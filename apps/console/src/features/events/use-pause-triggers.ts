'use client'

import { type PointerEvent, useEffect, useRef } from 'react'

const hoverMs = 1_000
const scrolledPx = 8

/** A tail stands still for whoever reads it: after a scroll, under a pointer that rests, beside an open panel. */
export function usePauseTriggers(isLive: boolean, isReading: boolean, pause: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    if (isLive && isReading) pause()
  }, [isLive, isReading, pause])
  useEffect(() => {
    if (!isLive) return
    const onScroll = () => {
      if (window.scrollY > scrolledPx) pause()
    }
    window.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      window.removeEventListener('scroll', onScroll)
      clearTimeout(timer.current)
    }
  }, [isLive, pause])
  return {
    // Not on entering: rows move under a pointer that lies there.
    onPointerMove({ pointerType, movementX, movementY }: PointerEvent) {
      if (!isLive || pointerType !== 'mouse' || timer.current !== undefined) return
      if (movementX !== 0 || movementY !== 0) timer.current = setTimeout(pause, hoverMs)
    },
    onPointerLeave() {
      clearTimeout(timer.current)
      timer.current = undefined
    },
  }
}
