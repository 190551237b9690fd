'use client'

import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactNode } from 'react'

/** Once one tooltip is open, its neighbours open without delay. */
export function TooltipProvider({ children }: { readonly children: ReactNode }) {
  return <Tooltip.Provider>{children}</Tooltip.Provider>
}
