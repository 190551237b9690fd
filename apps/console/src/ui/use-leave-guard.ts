'use client'

import { useEffect } from 'react'

/** While mounted: reloading and closing the tab ask first, links and Back inside the console do nothing. */
export function useLeaveGuard(): void {
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    const stay = (event: MouseEvent) => {
      if (event.target instanceof Element && event.target.closest('a[href]') !== null) {
        event.preventDefault()
        event.stopPropagation()
      }
    }
    // Back takes away an entry of this very page, and finds another one in its place.
    const stayHere = () => window.history.pushState(window.history.state, '', window.location.href)
    stayHere()
    window.addEventListener('beforeunload', ask)
    window.addEventListener('click', stay, true)
    window.addEventListener('popstate', stayHere, true)
    return () => {
      window.removeEventListener('beforeunload', ask)
      window.removeEventListener('click', stay, true)
      window.removeEventListener('popstate', stayHere, true)
    }
  }, [])
}
