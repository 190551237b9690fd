'use client'

import { CSPProvider } from '@base-ui/react/csp-provider'
import { Tooltip } from '@base-ui/react/tooltip'
import { type ReactNode, useState } from 'react'

/** Once one tooltip is open, its neighbours open without delay. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return <Tooltip.Provider>{children}</Tooltip.Provider>
}

/** The nonce of the document stands: an action's answer draws the layout again with one that no policy here knows. */
export function NonceProvider({ nonce, children }: { readonly nonce: string; readonly children: ReactNode }) {
  const [first] = useState(nonce)
  return <CSPProvider nonce={first}>{children}</CSPProvider>
}
