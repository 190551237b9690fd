import type { Metadata } from 'next'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'
import { text } from './text.ts'

export const metadata: Metadata = { title: text.notFound.title }

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        isPage
        title={text.notFound.heading}
        actions={<LinkButton href="/">{text.notFound.start}</LinkButton>}
      >
        {text.notFound.outside}
      </EmptyState>
    </main>
  )
}
