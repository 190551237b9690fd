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
    const here = window.location.href
    const comeBack = () => window.history.pushState(null, '', here)
    window.addEventListener('beforeunload', ask)
    window.addEventListener('click', stay, true)
    window.addEventListener('popstate', comeBack, true)
    return () => {
      window.removeEventListener('beforeunload', ask)
      window.removeEventListener('click', stay, true)
      window.removeEventListener('popstate', comeBack, true)
    }
  }, [])
}
