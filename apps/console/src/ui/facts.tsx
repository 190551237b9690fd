import type { ReactNode } from 'react'
import { cn } from './class-names.ts'

export function Facts({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  return (
    <dl className={cn('m-0 grid grid-cols-[112px_minmax(0,1fr)] items-baseline gap-x-3 gap-y-1.5', className)}>
      {children}
    </dl>
  )
}

export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="contents">
      <dt className="text-fg-3">{label}</dt>
      <dd className="m-0 min-w-0 break-words">{children}</dd>
    </div>
  )
}
