'use client'

import type { ReactNode } from 'react'
import { cn } from './class-names.ts'

export type Choice<Value extends string> = {
  readonly value: Value
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly disabledReason?: string | undefined
}

type ChoiceProps<Value extends string> = {
  readonly name: string
  readonly label: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly choices: readonly Choice<Value>[]
  /** Beside each other also on a phone: two or three short ones. */
  readonly isRow?: boolean
}

/** The whole row is the target. */
export function RadioGroup<Value extends string>({
  name,
  label,
  value,
  onChange,
  choices,
  isRow = false,
}: ChoiceProps<Value>) {
  return (
    <fieldset className="m-0 flex min-w-0 flex-col gap-1.5 border-0 p-0">
      <legend className="mb-1.5 p-0 font-medium text-13">{label}</legend>
      <div className={cn('grid gap-1.5', isRow && 'auto-cols-fr grid-flow-col')}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className={cn(
              'flex min-h-9 items-center gap-2.5 rounded-control border border-line px-3 py-1.5 pointer-coarse:min-h-11 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft',
              isRow && 'max-sm:gap-1.5 max-sm:px-2',
              choice.disabledReason !== undefined && 'cursor-not-allowed text-fg-3',
            )}
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              aria-disabled={choice.disabledReason !== undefined || undefined}
              onChange={() => choice.disabledReason === undefined && onChange(choice.value)}
              className="m-0 grid size-4 shrink-0 appearance-none place-items-center rounded-full border border-field bg-surface before:size-1.5 before:rounded-full checked:border-accent checked:bg-accent checked:before:bg-accent-fg"
            />
            <span
              className={cn(
                'flex min-w-0 flex-1',
                isRow ? 'flex-col' : 'items-baseline justify-between gap-x-3 max-sm:flex-col',
              )}
            >
              <span>{choice.label}</span>
              <span className="text-12 text-fg-3">{choice.disabledReason ?? choice.hint}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
