'use client'

import { createContext, type RefObject, useContext } from 'react'

/** Where menus and tooltips are drawn: in the page's main part, for nothing on a page lies outside of its landmarks. */
const main: RefObject<HTMLElement | null> = {
  get current() {
    return document.querySelector('main')
  },
}

/** A dialog is a layer of its own: while it is open, assistive technology knows nothing else of the page. */
export const Layer = createContext(main)

export function useLayer(): RefObject<HTMLElement | null> {
  return useContext(Layer)
}
