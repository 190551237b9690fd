'use client'

import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, createContext, type ReactNode, useContext, useId, useState } from 'react'
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

type FieldContext = {
  readonly name: string
  /** Of the control that the label names. */
  readonly attributes: {
    readonly id: string
    readonly 'aria-describedby': string | undefined
    readonly 'aria-invalid': true | undefined
    readonly 'data-invalid': '' | undefined
  }
}

const Context = createContext<FieldContext | undefined>(undefined)

/** Undefined outside of a field. */
export function useField(): FieldContext | undefined {
  return useContext(Context)
}

/** Label, control, hint and error, tied together for screen readers. */
export function Field({ name, label, hint, error, isOptional = false, children, className }: FieldProps) {
  const id = useId()
  const isInvalid = error !== undefined
  const notes = [isInvalid && `${id}-error`, hint !== undefined && `${id}-hint`].filter((each) => each !== false)
  const attributes = {
    id,
    'aria-describedby': notes.length === 0 ? undefined : notes.join(' '),
    'aria-invalid': isInvalid || undefined,
    'data-invalid': isInvalid ? '' : undefined,
  } as const
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="font-medium text-13 text-fg">
        {label}
        {isOptional && <span className="font-normal text-fg-3"> (optional)</span>}
      </label>
      <Context value={{ name, attributes }}>{children}</Context>
      {isInvalid && (
        <div id={`${id}-error`} className="text-12 text-bad-text">
          {error}
        </div>
      )}
      {hint !== undefined && (
        <div id={`${id}-hint`} className="text-12 text-fg-3">
          {hint}
        </div>
      )}
    </div>
  )
}

export const controlClass =
  'w-full rounded-control border border-field bg-surface px-2.5 text-13 text-fg placeholder:text-fg-3 hover:border-fg-3 data-invalid:border-bad focus-visible:outline-offset-0'

/** A second control of a field has a name of its own, and then not the field's label. */
function useControl(label: string | undefined) {
  const field = useField()
  if (field === undefined) return {}
  const { id, ...others } = field.attributes
  return { name: field.name, ...others, ...(label === undefined ? { id } : {}) }
}

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  const control = useControl(rest['aria-label'])
  return (
    <input
      autoComplete="off"
      {...rest}
      {...control}
      className={cn(controlClass, 'h-8 pointer-coarse:h-11', className)}
    />
  )
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  const control = useControl(rest['aria-label'])
  return (
    <textarea
      spellCheck={false}
      {...rest}
      {...control}
      className={cn(controlClass, 'min-h-16 resize-y py-1.5 font-mono text-12 leading-5', className)}
    />
  )
}

/** May be shown, and pasted into. */
export function PasswordInput(props: Omit<ComponentProps<'input'>, 'type'>) {
  const [isShown, setShown] = useState(false)
  const label = isShown ? 'Hide password' : 'Show password'
  return (
    <span className="relative block">
      <Input
        {...props}
        type={isShown ? 'text' : 'password'}
        spellCheck={false}
        autoCapitalize="none"
        className="pr-9 pointer-coarse:pr-12"
      />
      <button
        type="button"
        aria-label={label}
        aria-pressed={isShown}
        onClick={() => setShown(!isShown)}
        className="absolute inset-y-1 right-1 grid w-7 place-items-center rounded-[4px] text-fg-3 hover:bg-hover hover:text-fg pointer-coarse:inset-0 pointer-coarse:left-auto pointer-coarse:w-11"
      >
        {isShown ? <EyeOff aria-hidden size={15} /> : <Eye aria-hidden size={15} />}
      </button>
    </span>
  )
}
