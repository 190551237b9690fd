import type { ReactNode } from 'react'
import { cn } from '../../ui/class-names.ts'

/** One wrapper of `ui/`, under its own name. */
export function Specimen({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <section id={name} aria-label={name} className="scroll-mt-12 border-line border-t py-5">
      <h2 className="mb-3 font-mono font-semibold text-13">{name}</h2>
      <div className="flex flex-wrap items-start gap-x-8 gap-y-5">{children}</div>
    </section>
  )
}

/** One state of it, with its name above. */
export function State({
  name,
  isWide = false,
  children,
}: {
  readonly name: string
  readonly isWide?: boolean
  readonly children: ReactNode
}) {
  return (
    <div className={cn('flex min-w-0 max-w-full flex-col gap-1.5', isWide && 'w-full')}>
      <span className="text-11 text-fg-3">{name}</span>
      <div className="flex min-w-0 flex-col items-start gap-2 *:max-w-full">{children}</div>
    </div>
  )
}

/** Of a height of its own; what is fixed or sticky in it stays in it. */
export function Stage({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <div
      className={cn(
        'relative w-full overflow-hidden rounded-card border border-line [contain:layout_paint]',
        className,
      )}
    >
      {children}
    </div>
  )
}
