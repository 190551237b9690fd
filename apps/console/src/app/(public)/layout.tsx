import type { ReactNode } from 'react'
import { Wordmark } from '../../ui/wordmark.tsx'

export default function PublicLayout({ children }: { readonly children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-[392px] flex-col px-4 pt-[14vh] pb-16">
      <Wordmark />
      {children}
    </main>
  )
}
