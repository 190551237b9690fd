'use client'

import { type RefObject, useEffect, useRef, useState } from 'react'

const first = 60
const more = 50
/** So far below the screen the next rows are drawn. */
const aheadPx = 500

type Drawn = {
  readonly drawn: number
  readonly hasMore: boolean
  /** Stands behind the last row that is drawn, while there are more. */
  readonly end: RefObject<HTMLDivElement | null>
}

/** How many rows of a tail are drawn: what a screen holds, and as many as somebody scrolls to, until it moves again. */
export function useDrawn(total: number, isMoving: boolean): Drawn {
  const [drawn, setDrawn] = useState(first)
  const [wasMoving, setWasMoving] = useState(isMoving)
  if (isMoving !== wasMoving) {
    setWasMoving(isMoving)
    if (isMoving) setDrawn(first)
  }
  const end = useRef<HTMLDivElement>(null)
  const hasMore = drawn < total
  useEffect(() => {
    if (!hasMore || end.current === null) return
    const watcher = new IntersectionObserver((seen) => seen.at(-1)?.isIntersecting && setDrawn(drawn + more), {
      rootMargin: `${aheadPx}px`,
    })
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [drawn, hasMore])
  return { drawn, hasMore, end }
}
