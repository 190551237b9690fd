'use client'

import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { cn } from '../class-names.ts'
import { useLayer } from '../layer.tsx'
import type { MenuCheckItemProps, MenuItemProps } from '../menu.tsx'

export function Popup({
  trigger,
  children,
  align,
  className,
}: {
  readonly trigger: ReactElement
  readonly children: ReactNode
  readonly align: 'start' | 'end'
  readonly className: string | undefined
}) {
  const layer = useLayer()
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal container={layer}>
        <Base.Positioner positionMethod="fixed" align={align} sideOffset={4} className="z-50">
          <Base.Popup
            className={cn('popup min-w-44 max-w-80 rounded-card bg-raised p-1 shadow-popover outline-none', className)}
          >
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

const itemClass =
  'flex min-h-7 cursor-default select-none items-center gap-2 rounded-[4px] px-2 py-1 text-13 text-fg no-underline outline-none data-highlighted:bg-hover pointer-coarse:min-h-11'

export function Item({ children, onClick, isDanger = false, disabledReason, render }: MenuItemProps) {
  const isOff = disabledReason !== undefined
  return (
    <Base.Item
      {...(render === undefined ? {} : { render })}
      aria-disabled={isOff || undefined}
      closeOnClick={!isOff}
      onClick={() => (isOff ? undefined : onClick?.())}
      className={cn(itemClass, isDanger && 'text-bad-text', isOff && 'text-fg-3')}
    >
      <span className="flex min-w-0 flex-1 flex-col">
        <span className="flex items-center gap-2">{children}</span>
        {isOff && <span className="text-11 text-fg-3">{disabledReason}</span>}
      </span>
    </Base.Item>
  )
}

export function Separator() {
  return <Base.Separator className="mx-2 my-1 h-px bg-line" />
}

export function CheckItem({ children, isChecked, onChange }: MenuCheckItemProps) {
  return (
    <Base.CheckboxItem checked={isChecked} closeOnClick={false} onCheckedChange={onChange} className={itemClass}>
      <span className="grid size-4 shrink-0 place-items-center rounded-[4px] border border-field text-accent-fg in-data-checked:border-accent in-data-checked:bg-accent">
        <Base.CheckboxItemIndicator>
          <Check aria-hidden size={12} />
        </Base.CheckboxItemIndicator>
      </span>
      {children}
    </Base.CheckboxItem>
  )
}
