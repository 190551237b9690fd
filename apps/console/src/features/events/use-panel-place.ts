'use client'

import { useLayoutEffect, useState } from 'react'

export type PanelPlace = 'beside' | 'over' | 'none'

const widths = { beside: 1_280, over: 768 }

/** Where there is room for the panel; nowhere until the window has been measured. */
export function usePanelPlace(): PanelPlace {
  const [place, setPlace] = useState<PanelPlace>('none')
  // Before the first click is handled, also one that was made while the page came to life.
  useLayoutEffect(() => {
    const measure = () => {
      const { innerWidth } = window
      setPlace(innerWidth >= widths.beside ? 'beside' : innerWidth >= widths.over ? 'over' : 'none')
    }
    measure()
    window.addEventListener('resize', measure)
    return () => window.removeEventListener('resize', measure)
  }, [])
  return place
}
