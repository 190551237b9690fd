import { useEffect } from 'react'
import { text } from './text.ts'

/** While there is something to lose: closing the tab and links inside the console ask first. */
export function useUnsavedGuard(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    const confirmLink = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null
      if (link === null || link.getAttribute('target') === '_blank' || window.confirm(text.leave)) return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('beforeunload', ask)
    window.addEventListener('click', confirmLink, true)
    return () => {
      window.removeEventListener('beforeunload', ask)
      window.removeEventListener('click', confirmLink, true)
    }
  }, [isDirty])
}
