'use client'

import { Checkbox as Base } from '@base-ui/react/checkbox'
import { Check } from 'lucide-react'
import { type ReactNode, useId } from 'react'

/** The whole row is the target. */
export function Checkbox({
  name,
  label,
  hint,
  isChecked,
  onChange,
}: {
  readonly name: string
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly isChecked: boolean
  readonly onChange: (isChecked: boolean) => void
}) {
  const id = useId()
  return (
    <label htmlFor={id} className="flex min-h-6 items-start gap-2.5 pointer-coarse:min-h-11">
      <Base.Root
        id={id}
        name={name}
        checked={isChecked}
        onCheckedChange={onChange}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        className="mt-0.5 grid size-4 shrink-0 place-items-center rounded-[4px] border border-field bg-surface text-accent-fg data-checked:border-accent data-checked:bg-accent"
      >
        <Base.Indicator>
          <Check aria-hidden size={12} strokeWidth={3} />
        </Base.Indicator>
      </Base.Root>
      <span className="flex flex-col gap-0.5">
        <span className="font-medium">{label}</span>
        {hint !== undefined && (
          <span id={`${id}-hint`} className="text-12 text-fg-3">
            {hint}
          </span>
        )}
      </span>
    </label>
  )
}
