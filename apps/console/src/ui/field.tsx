'use client'

import { Field as Base } from '@base-ui/react/field'
import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, type ReactNode, useState } from 'react'
import { cn } from './class-names.ts'

export type FieldProps = {
  readonly name: string
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly error?: string | undefined
  readonly isOptional?: boolean
  readonly children: ReactNode
  readonly className?: string
}

/** Label, control, hint and error, tied together for screen readers. */
export function Field({ name, label, hint, error, isOptional = false, children, className }: FieldProps) {
  return (
    <Base.Root name={name} invalid={error !== undefined} className={cn('flex flex-col gap-1.5', className)}>
      <Base.Label className="font-medium text-13 text-fg">
        {label}
        {isOptional && <span className="font-normal text-fg-3"> (optional)</span>}
      </Base.Label>
      {children}
      {hint !== undefined && error === undefined && (
        <Base.Description className="text-12 text-fg-3">{hint}</Base.Description>
      )}
      {error !== undefined && (
        <Base.Error match={true} className="text-12 text-bad-text">
          {error}
        </Base.Error>
      )}
    </Base.Root>
  )
}

export const controlClass =
  'w-full rounded-control border border-field bg-surface px-2.5 text-13 text-fg placeholder:text-fg-3 hover:border-fg-3 data-invalid:border-bad focus-visible:outline-offset-0'

export function Input({ className, ...rest }: ComponentProps<typeof Base.Control>) {
  return (
    <Base.Control
      autoComplete="off"
      {...rest}
      className={cn(controlClass, 'h-8 pointer-coarse:h-11', className as string)}
    />
  )
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <Base.Control
      render={<textarea spellCheck={false} {...rest} />}
      className={cn(controlClass, 'min-h-16 resize-y py-1.5 font-mono text-12 leading-5', className)}
    />
  )
}

/** May be shown, and pasted into. */
export function PasswordInput(props: Omit<ComponentProps<typeof Base.Control>, 'type'>) {
  const [isShown, setShown] = useState(false)
  const label = isShown ? 'Hide password' : 'Show password'
  return (
    <span className="relative block">
      <Input
        {...props}
        type={isShown ? 'text' : 'password'}
        spellCheck={false}
        autoCapitalize="none"
        className="pr-9"
      />
      <button
        type="button"
        aria-label={label}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
        className="absolute inset-y-1 right-1 grid w-7 place-items-center rounded-[4px] text-fg-3 hover:bg-hover hover:text-fg"
      >
        {isShown ? <EyeOff aria-hidden size={15} /> : <Eye aria-hidden size={15} />}
      </button>
    </span>
  )
}
