'use client'

import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement } from 'react'
import { useLayer } from './layer.tsx'

/** Secondary words beside something that says the fact itself. */
export function Tooltip({ label, children }: { readonly label: string; readonly children: ReactElement }) {
  const layer = useLayer()
  return (
    <Base.Root>
      <Base.Trigger render={children} delay={350} />
      <Base.Portal container={layer}>
        <Base.Positioner positionMethod="fixed" sideOffset={6} className="z-50">
          <Base.Popup className="popup max-w-72 rounded-control bg-raised px-2 py-1 text-12 text-fg-2 shadow-popover">
            {label}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
