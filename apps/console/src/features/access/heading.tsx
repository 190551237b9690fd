import type { ReactNode } from 'react'

export function Heading({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <>
      <h1 className="mt-8 font-semibold text-22 tracking-tight">{title}</h1>
      {children !== undefined && <p className="mt-1 break-words text-fg-2">{children}</p>}
    </>
  )
}
