'use client'

import { Tooltip as Base } from '@base-ui/react/tooltip'

export function Popup({
  anchor,
  label,
  isOpen,
}: {
  readonly anchor: Element
  readonly label: string
  readonly isOpen: boolean
}) {
  // A dialog is a layer of its own: while it is open, assistive technology knows nothing else of the page.
  const layer = anchor.closest<HTMLElement>('[role="dialog"], [role="alertdialog"]') ?? document.querySelector('main')
  return (
    <Base.Root open={isOpen}>
      <Base.Portal container={layer}>
        <Base.Positioner positionMethod="fixed" anchor={anchor} sideOffset={6} className="z-50">
          <Base.Popup
            data-tooltip-popup
            className="popup max-w-72 rounded-control bg-raised px-2 py-1 text-12 text-fg-2 shadow-popover"
          >
            {label}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
