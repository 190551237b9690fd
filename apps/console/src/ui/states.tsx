import type { ReactNode } from 'react'
import { cn } from './class-names.ts'
import { RequestId } from './form.tsx'
import type { Severity } from './status.tsx'

/** Nothing here yet: one sentence, one action. */
export function EmptyState({
  title,
  children,
  actions,
  isPage = false,
}: {
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** All that the page has: its title is the page's heading. */
  readonly isPage?: boolean
}) {
  const Heading = isPage ? 'h1' : 'h2'
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-16 text-center">
      <Heading className="font-semibold text-14">{title}</Heading>
      {children !== undefined && <div className="max-w-[420px] text-fg-2">{children}</div>}
      {actions !== undefined && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}

export function ErrorState({
  title,
  requestId,
  retry,
  isPage = false,
}: {
  readonly title: string
  readonly requestId: string
  readonly retry?: ReactNode
  /** All that the page has: its title is the page's heading. */
  readonly isPage?: boolean
}) {
  const Title = isPage ? 'h1' : 'p'
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-4 py-16 text-center">
      <Title className="font-medium text-14">{title}</Title>
      {requestId !== '' && (
        <div className="text-fg-2 *:justify-center">
          <RequestId id={requestId} />
        </div>
      )}
      {retry}
    </div>
  )
}

const banners: Readonly<Record<Exclude<Severity, 'ok'>, string>> = {
  warn: 'bg-warn-soft text-warn-text',
  bad: 'bg-bad-soft text-bad-text',
  dup: 'bg-dup-soft text-dup-text',
  neutral: 'bg-hover text-fg-2',
}

export function Banner({
  severity,
  children,
  className,
}: {
  readonly severity: Exclude<Severity, 'ok'>
  readonly children: ReactNode
  readonly className?: string
}) {
  return (
    <div
      className={cn(
        'flex flex-wrap items-center gap-x-3 gap-y-1 rounded-control px-3 py-2 text-13',
        banners[severity],
        className,
      )}
    >
      {children}
    </div>
  )
}

export function Skeleton({ className }: { readonly className?: string }) {
  return <span aria-hidden className={cn('skeleton block h-3', className)} />
}

export function SkeletonRows({ rows, columns }: { readonly rows: number; readonly columns: readonly string[] }) {
  return (
    <div aria-busy="true" className="flex flex-col">
      <span role="status" className="sr-only">
        Loading
      </span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nothing but a place.
        <div key={row} className="flex h-(--row) items-center gap-4 border-line border-b px-4">
          {columns.map((width) => (
            <Skeleton key={width} className={width} />
          ))}
        </div>
      ))}
    </div>
  )
}

export function Section({
  title,
  actions,
  children,
  className,
}: {
  readonly title: string
  readonly actions?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}) {
  return (
    <section className={cn('rounded-card border border-line bg-surface', className)}>
      <header className="flex min-h-10 items-center justify-between gap-3 px-3 pt-1">
        <h2 className="font-medium text-13">{title}</h2>
        {actions}
      </header>
      <div className="px-3 pb-3">{children}</div>
    </section>
  )
}
