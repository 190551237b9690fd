import type { Metadata } from 'next'
import { LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/states.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState title="There is nothing here" actions={<LinkButton href="/">Go to the start</LinkButton>}>
        The address is wrong, or it belongs to an organization that you are not a member of.
      </EmptyState>
    </main>
  )
}
