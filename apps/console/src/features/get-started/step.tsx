import type { ReactNode } from 'react'

export function Step({
  n,
  title,
  children,
}: {
  readonly n: number
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <li className="flex gap-4 border-line border-b p-4 last:border-b-0 max-sm:gap-3">
      <span
        aria-hidden
        className="grid size-6 shrink-0 place-items-center rounded-full border border-line-strong font-medium text-12 text-fg-2"
      >
        {n}
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="mb-2 font-semibold text-14 leading-6">{title}</h2>
        {children}
      </div>
    </li>
  )
}
