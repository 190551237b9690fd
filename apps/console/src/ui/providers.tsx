'use client'

import { CSPProvider } from '@base-ui/react/csp-provider'
import { ThemeProvider } from 'next-themes'
import { type ReactNode, useState } from 'react'

/**
 * The nonce of the document stands, for popups and for the theme's styles: an action's answer draws the layout again with
 * one that no policy here knows.
 */
export function NonceProvider({ nonce, children }: { readonly nonce: string; readonly children: ReactNode }) {
  const [first] = useState(nonce)
  return (
    <CSPProvider nonce={first}>
      <ThemeProvider attribute="class" defaultTheme="system" disableTransitionOnChange nonce={first}>
        {children}
      </ThemeProvider>
    </CSPProvider>
  )
}
