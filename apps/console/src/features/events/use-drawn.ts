'use client'

import { useEffect, useState } from 'react'

const first = 100
const more = 100

/** How many rows are drawn: the first ones while they move, then all, a frame's worth at a time. */
export function useDrawn(total: number, isMoving: boolean): number {
  const [drawn, setDrawn] = useState(first)
  useEffect(() => {
    if (isMoving) setDrawn(first)
    if (isMoving || drawn >= total) return
    const timer = setTimeout(() => setDrawn(drawn + more), 16)
    return () => clearTimeout(timer)
  }, [isMoving, drawn, total])
  return isMoving ? first : drawn
}
