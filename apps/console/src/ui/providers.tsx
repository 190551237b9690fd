'use client'

import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { ThemeProvider } from 'next-themes'
import { type ReactNode, useState } from 'react'

/** Once one tooltip is open, its neighbours open without delay. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return <Tooltip.Provider>{children}</Tooltip.Provider>
}

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
