'use client'

import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import { cn } from './class-names.ts'

export type Tab = { readonly value: string; readonly label: string; readonly content: ReactNode }

export function Tabs({
  tabs,
  value,
  onChange,
  label,
  className,
}: {
  readonly tabs: readonly Tab[]
  readonly value?: string
  readonly onChange?: (value: string) => void
  readonly label: string
  readonly className?: string
}) {
  return (
    <Base.Root
      {...(value === undefined ? { defaultValue: tabs[0]?.value } : { value })}
      onValueChange={(next) => onChange?.(String(next))}
      className={cn('flex min-w-0 flex-col', className)}
    >
      <Base.List aria-label={label} className="relative flex gap-3 overflow-x-auto sm:gap-4 border-line border-b">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px h-9 shrink-0 whitespace-nowrap pointer-coarse:h-11 border-transparent border-b-2 bg-transparent px-0.5 text-13 text-fg-2 hover:text-fg data-active:border-accent data-active:font-medium data-active:text-fg focus-visible:-outline-offset-2"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="min-w-0 pt-3 outline-offset-4">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
