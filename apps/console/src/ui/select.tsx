'use client'

import { ChevronsUpDown } from 'lucide-react'
import type { Choice } from './choice.tsx'
import { cn } from './class-names.ts'
import { controlClass, useField } from './field.tsx'
import { onDemand } from './on-demand.ts'
import { PopupTrigger } from './popups/popup-trigger.tsx'

export type SelectProps<Value extends string> = {
  readonly name: string
  readonly label: string
  readonly value: Value
  readonly onChange: (value: Value) => void
  readonly choices: readonly Choice<Value>[]
  readonly disabledReason?: string | undefined
  readonly className?: string
}

const parts = onDemand(() => import('./popups/select.tsx'))

export function Select<Value extends string>({
  name,
  label,
  value,
  onChange,
  choices,
  disabledReason,
  className,
}: SelectProps<Value>) {
  const field = useField()
  const isOff = disabledReason !== undefined
  const trigger = (
    <button
      type="button"
      {...field?.attributes}
      name={field?.name ?? name}
      aria-label={label}
      data-readonly={isOff ? '' : undefined}
      data-control={name}
      title={disabledReason}
      aria-description={disabledReason}
      className={cn(
        controlClass,
        'flex h-8 items-center justify-between gap-2 text-left data-readonly:cursor-not-allowed data-readonly:bg-bg data-readonly:text-fg-3 pointer-coarse:h-11',
        className,
      )}
    >
      <span>{choices.find((choice) => choice.value === value)?.label ?? value}</span>
      <span aria-hidden className="text-fg-3">
        <ChevronsUpDown size={14} />
      </span>
    </button>
  )
  return (
    <>
      <PopupTrigger trigger={trigger} opens="listbox" part={parts}>
        {(loaded, adopted) => (
          <loaded.Popup
            id={field?.attributes.id}
            trigger={adopted}
            value={value}
            onChange={onChange}
            choices={choices}
            disabledReason={disabledReason}
          />
        )}
      </PopupTrigger>
      <input type="hidden" name={field?.name ?? name} value={value} />
    </>
  )
}
