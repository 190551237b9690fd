'use client'

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
      <span className="relative mt-0.5 size-4 shrink-0">
        <input
          type="checkbox"
          id={id}
          name={name}
          checked={isChecked}
          onChange={(event) => onChange(event.currentTarget.checked)}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          className="peer m-0 block size-4 appearance-none rounded-[4px] border border-field bg-surface checked:border-accent checked:bg-accent"
        />
        <Check
          aria-hidden
          size={12}
          strokeWidth={3}
          className="pointer-events-none absolute inset-0.5 hidden text-accent-fg peer-checked:block"
        />
      </span>
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
