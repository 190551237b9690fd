import { useEffect } from 'react'
import { isDialogOpen, isTyping } from './typing.ts'

/** `.` opens the menu of the row that has the focus, or of the first one. */
export function useRowMenuKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '.' || event.ctrlKey || event.metaKey || isTyping(event.target) || isDialogOpen()) return
      const focused = event.target instanceof Element ? event.target.closest('[data-row]') : null
      const menus = (focused ?? document).querySelectorAll<HTMLElement>('[data-row-menu]')
      const menu = [...menus].find((each) => each.offsetParent !== null)
      if (menu === undefined) return
      event.preventDefault()
      menu.focus()
      menu.click()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
