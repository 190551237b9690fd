'use client'

import { cva, type VariantProps } from 'class-variance-authority'
import { LoaderCircle } from 'lucide-react'
import Link from 'next/link'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './class-names.ts'
import { Tooltip } from './tooltip.tsx'

const shape = cva(
  'relative inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-control border font-medium text-13 no-underline aria-disabled:opacity-50 pointer-coarse:min-h-11',
  {
    variants: {
      kind: {
        primary: 'border-transparent bg-accent text-accent-fg not-aria-disabled:hover:bg-accent-hover',
        default: 'border-line-strong bg-surface text-fg not-aria-disabled:hover:bg-hover',
        quiet:
          'border-transparent bg-transparent text-fg-2 not-aria-disabled:hover:bg-hover not-aria-disabled:hover:text-fg',
        danger: 'border-transparent bg-bad-solid text-[white] not-aria-disabled:hover:bg-bad-solid-hover',
      },
      size: { small: 'h-7 px-2.5', normal: 'h-8 px-3' },
      isSquare: { true: 'px-0', false: '' },
    },
    compoundVariants: [
      { isSquare: true, size: 'small', class: 'w-7 pointer-coarse:min-w-11' },
      { isSquare: true, size: 'normal', class: 'w-8 pointer-coarse:min-w-11' },
    ],
    defaultVariants: { kind: 'default', size: 'normal', isSquare: false },
  },
)

type Look = Pick<VariantProps<typeof shape>, 'kind' | 'size'>

export type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> &
  Look & {
    readonly isPending?: boolean
    /** Why it cannot be used now: it stays focusable and says so. */
    readonly disabledReason?: string | undefined
  }

export function Button({
  kind,
  size,
  isPending = false,
  disabledReason,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const isOff = isPending || disabledReason !== undefined
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={isOff || undefined}
      aria-description={disabledReason}
      onClick={(event) => (isOff ? event.preventDefault() : onClick?.(event))}
      className={cn(shape({ kind, size }), className)}
    >
      <span className={cn('inline-flex items-center gap-1.5', isPending && 'opacity-0')}>{children}</span>
      {isPending && (
        <span className="absolute inset-0 grid place-items-center">
          <LoaderCircle aria-hidden size={15} className="animate-[turn_800ms_linear_infinite]" />
        </span>
      )}
    </button>
  )
  return disabledReason === undefined ? button : <Tooltip label={disabledReason}>{button}</Tooltip>
}

export type IconButtonProps = Omit<ButtonProps, 'children' | 'aria-label' | 'isPending'> & {
  readonly label: string
  readonly children: ReactNode
}

export function IconButton({
  label,
  kind = 'quiet',
  size,
  className,
  disabledReason,
  children,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip label={disabledReason ?? label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-disabled={disabledReason !== undefined || undefined}
        aria-description={disabledReason}
        className={cn(shape({ kind, size, isSquare: true }), className)}
      >
        {children}
      </button>
    </Tooltip>
  )
}

export function LinkButton({ kind, size, className, ...rest }: ComponentProps<typeof Link> & Look) {
  return <Link prefetch={false} {...rest} className={cn(shape({ kind, size }), className)} />
}
