import type { ReactNode } from 'react'

/** 48 px with the page's one `h1`. */
export function PageHeader({
  title,
  actions,
  crumb,
}: {
  readonly title: ReactNode
  readonly actions?: ReactNode
  readonly crumb?: ReactNode
}) {
  return (
    <header className="sticky top-0 z-10 flex h-12 shrink-0 items-center justify-between gap-3 border-line border-b bg-bg px-4 max-md:pl-12">
      <div className="flex min-w-0 items-center gap-2">
        {crumb !== undefined && (
          <span className="flex items-center gap-2 text-fg-3 pointer-coarse:*:py-3">
            {crumb}
            <span aria-hidden>/</span>
          </span>
        )}
        <h1 className="min-w-0 truncate font-semibold text-14">{title}</h1>
      </div>
      {actions !== undefined && <div className="flex shrink-0 items-center gap-2">{actions}</div>}
    </header>
  )
}
