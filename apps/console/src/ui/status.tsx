import type { ReactNode } from 'react'
import { cn } from './class-names.ts'

export type Severity = 'ok' | 'dup' | 'warn' | 'bad' | 'neutral'

const dots: Readonly<Record<Severity, string>> = {
  ok: 'bg-ok',
  dup: 'bg-dup',
  warn: 'bg-warn',
  bad: 'bg-bad',
  neutral: 'bg-fg-3',
}

const pills: Readonly<Record<Severity, string>> = {
  ok: 'bg-ok-soft text-ok-text',
  dup: 'bg-dup-soft text-dup-text',
  warn: 'bg-warn-soft text-warn-text',
  bad: 'bg-bad-soft text-bad-text',
  neutral: 'bg-hover text-fg-2 group-hover:bg-bg',
}

export function Dot({ severity }: { readonly severity: Severity }) {
  return <span aria-hidden className={cn('size-1.5 shrink-0 rounded-full forced-color-adjust-none', dots[severity])} />
}

export function Pill({
  severity,
  children,
  className,
}: {
  readonly severity: Severity
  readonly children: ReactNode
  readonly className?: string
}) {
  return (
    <span
      className={cn(
        'inline-flex h-5 items-center gap-1.5 whitespace-nowrap rounded-full px-2 text-12',
        pills[severity],
        className,
      )}
    >
      <Dot severity={severity} />
      {children}
    </span>
  )
}

/** The normal case is quiet: a dot and plain text; everything else is a pill. */
export function StatusMark({ severity, label }: { readonly severity: Severity; readonly label: string }) {
  if (severity !== 'ok') return <Pill severity={severity}>{label}</Pill>
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap text-fg-2">
      <Dot severity="ok" />
      {label}
    </span>
  )
}
