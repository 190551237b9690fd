'use client'

import { ChevronDown, X } from 'lucide-react'
import { cn } from './class-names.ts'
import { Menu, MenuCheckItem } from './menu.tsx'

export type FacetOption = { readonly value: string; readonly label: string; readonly count?: string | undefined }

type Props = {
  readonly label: string
  readonly options: readonly FacetOption[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
  /** As wide as what it stands in: one below the other, in a sheet. */
  readonly isWide?: boolean
}

const chip =
  'inline-flex h-7 items-center gap-1 rounded-control border border-line-strong bg-surface px-2 text-12 text-fg-2 hover:bg-hover hover:text-fg pointer-coarse:h-11'
const active = 'border-transparent bg-accent-soft text-accent-text hover:bg-accent-soft hover:text-accent-text'

/** One dimension of a filter: its name, what is chosen, and a way to take it back. */
export function FacetChip({ label, options, chosen, onChange, isWide = false }: Props) {
  const names = chosen.map((value) => options.find((option) => option.value === value)?.label ?? value)
  const isActive = chosen.length > 0
  return (
    <span className={isWide ? 'flex' : 'inline-flex'}>
      <Menu
        align="start"
        className="max-h-80 overflow-y-auto"
        trigger={
          <button
            type="button"
            className={cn(chip, isActive && active, isActive && 'rounded-r-none pr-1', isWide && 'min-w-0 flex-1')}
          >
            <span className={cn(isWide && !isActive && 'flex-1 text-left')}>{isActive ? `${label}:` : label}</span>
            {isActive && (
              <span className={cn('truncate font-medium', isWide ? 'min-w-0 flex-1 text-left' : 'max-w-40')}>
                {names.join(', ')}
              </span>
            )}
            {!isActive && <ChevronDown aria-hidden size={13} />}
          </button>
        }
      >
        {options.length === 0 && <div className="px-2 py-1 text-12 text-fg-3">Nothing to choose yet</div>}
        {options.map((option) => (
          <MenuCheckItem
            key={option.value}
            isChecked={chosen.includes(option.value)}
            onChange={(isChosen) =>
              onChange(isChosen ? [...chosen, option.value] : chosen.filter((value) => value !== option.value))
            }
          >
            <span className="min-w-0 flex-1 truncate">{option.label}</span>
            {option.count !== undefined && <span className="tabular text-12 text-fg-3">{option.count}</span>}
          </MenuCheckItem>
        ))}
      </Menu>
      {isActive && (
        <button
          type="button"
          aria-label={`Remove filter ${label}`}
          onClick={() => onChange([])}
          className={cn(chip, active, 'justify-center rounded-l-none pr-1.5 pl-1 pointer-coarse:min-w-11')}
        >
          <X aria-hidden size={13} />
        </button>
      )}
    </span>
  )
}
