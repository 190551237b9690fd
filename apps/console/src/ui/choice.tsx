'use client'

import { Radio } from '@base-ui/react/radio'
import { RadioGroup as Base } from '@base-ui/react/radio-group'
import { Select as BaseSelect } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn } from './class-names.ts'
import { controlClass } from './field.tsx'
import { useLayer } from './layer.tsx'

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
      <Base
        name={name}
        value={value}
        onValueChange={(next) => onChange(next as Value)}
        className={cn('grid gap-1.5', isRow && 'grid-cols-[repeat(auto-fit,minmax(120px,1fr))]')}
        aria-label={label}
      >
        {choices.map((choice) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control.
          <label
            key={choice.value}
            className={cn(
              'flex min-h-9 items-center gap-2.5 rounded-control border border-line px-3 py-1.5 hover:bg-hover has-data-checked:border-accent has-data-checked:bg-accent-soft',
              choice.disabledReason !== undefined && 'cursor-not-allowed text-fg-3',
            )}
          >
            <Radio.Root
              value={choice.value}
              disabled={choice.disabledReason !== undefined}
              className="grid size-4 shrink-0 place-items-center rounded-full border border-field bg-surface data-checked:border-accent data-checked:bg-accent"
            >
              <Radio.Indicator className="size-1.5 rounded-full bg-accent-fg" />
            </Radio.Root>
            <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-3">
              <span>{choice.label}</span>
              <span className="text-12 text-fg-3">{choice.disabledReason ?? choice.hint}</span>
            </span>
          </label>
        ))}
      </Base>
    </fieldset>
  )
}

export function Select<Value extends string>({
  name,
  value,
  onChange,
  choices,
  label,
  disabledReason,
  className,
}: Omit<ChoiceProps<Value>, 'isRow'> & { readonly disabledReason?: string | undefined; readonly className?: string }) {
  const layer = useLayer()
  return (
    <BaseSelect.Root
      name={name}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      readOnly={disabledReason !== undefined}
      items={choices.map((choice) => ({ value: choice.value, label: choice.label }))}
    >
      <BaseSelect.Trigger
        aria-label={label}
        data-control={name}
        title={disabledReason}
        className={cn(
          controlClass,
          'flex h-8 items-center justify-between gap-2 text-left data-readonly:cursor-not-allowed data-readonly:bg-bg data-readonly:text-fg-3 pointer-coarse:h-11',
          className,
        )}
      >
        <BaseSelect.Value />
        <BaseSelect.Icon className="text-fg-3">
          <ChevronsUpDown aria-hidden size={14} />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal container={layer}>
        <BaseSelect.Positioner positionMethod="fixed" sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <BaseSelect.Popup className="popup max-h-80 min-w-[var(--anchor-width)] overflow-y-auto rounded-card bg-raised p-1 shadow-popover outline-none">
            {choices.map((choice) => (
              <BaseSelect.Item
                key={choice.value}
                value={choice.value}
                disabled={choice.disabledReason !== undefined}
                className="flex min-h-7 cursor-default select-none items-center gap-2 rounded-[4px] py-1 pr-2 pl-2 text-13 outline-none data-disabled:text-fg-3 data-highlighted:bg-hover"
              >
                <span className="grid size-4 place-items-center text-accent-text">
                  <BaseSelect.ItemIndicator>
                    <Check aria-hidden size={14} />
                  </BaseSelect.ItemIndicator>
                </span>
                <BaseSelect.ItemText>{choice.label}</BaseSelect.ItemText>
                {choice.disabledReason !== undefined && (
                  <span className="ml-auto pl-3 text-11">{choice.disabledReason}</span>
                )}
              </BaseSelect.Item>
            ))}
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  )
}
