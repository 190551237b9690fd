'use client'

import { Menu } from '@base-ui/react/menu'
import { Check, ChevronDown, X } from 'lucide-react'
import { cn } from './class-names.ts'
import { useLayer } from './layer.tsx'

export type FacetOption = { readonly value: string; readonly label: string; readonly count?: string | undefined }

type Props = {
  readonly label: string
  readonly options: readonly FacetOption[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}

const chip =
  'inline-flex h-7 items-center gap-1 rounded-control border border-line-strong bg-surface px-2 text-12 text-fg-2 hover:bg-hover hover:text-fg pointer-coarse:h-11'
const active = 'border-transparent bg-accent-soft text-accent-text hover:bg-accent-soft hover:text-accent-text'

/** One dimension of a filter: its name, what is chosen, and a way to take it back. */
export function FacetChip({ label, options, chosen, onChange }: Props) {
  const names = chosen.map((value) => options.find((option) => option.value === value)?.label ?? value)
  const layer = useLayer()
  const isActive = chosen.length > 0
  return (
    <span className="inline-flex">
      <Menu.Root modal={false}>
        <Menu.Trigger className={cn(chip, isActive && active, isActive && 'rounded-r-none pr-1')}>
          {isActive ? `${label}:` : label}
          {isActive && <span className="max-w-40 truncate font-medium">{names.join(', ')}</span>}
          {!isActive && <ChevronDown aria-hidden size={13} />}
        </Menu.Trigger>
        <Menu.Portal container={layer}>
          <Menu.Positioner positionMethod="fixed" align="start" sideOffset={4} className="z-50">
            <Menu.Popup className="popup max-h-80 min-w-44 max-w-80 overflow-y-auto rounded-card bg-raised p-1 shadow-popover outline-none">
              {options.length === 0 && <div className="px-2 py-1 text-12 text-fg-3">Nothing to choose yet</div>}
              {options.map((option) => (
                <Menu.CheckboxItem
                  key={option.value}
                  checked={chosen.includes(option.value)}
                  closeOnClick={false}
                  onCheckedChange={(isChosen) =>
                    onChange(isChosen ? [...chosen, option.value] : chosen.filter((value) => value !== option.value))
                  }
                  className="flex min-h-7 cursor-default select-none items-center gap-2 rounded-[4px] px-2 text-13 outline-none data-highlighted:bg-hover pointer-coarse:min-h-11"
                >
                  <span className="grid size-4 shrink-0 place-items-center rounded-[4px] border border-field text-accent-fg in-data-checked:border-accent in-data-checked:bg-accent">
                    <Menu.CheckboxItemIndicator>
                      <Check aria-hidden size={12} />
                    </Menu.CheckboxItemIndicator>
                  </span>
                  <span className="min-w-0 flex-1 truncate">{option.label}</span>
                  {option.count !== undefined && <span className="tabular text-12 text-fg-3">{option.count}</span>}
                </Menu.CheckboxItem>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {isActive && (
        <button
          type="button"
          aria-label={`Remove filter ${label}`}
          onClick={() => onChange([])}
          className={cn(chip, active, 'rounded-l-none pr-1.5 pl-1')}
        >
          <X aria-hidden size={13} />
        </button>
      )}
    </span>
  )
}
