import type { Metadata } from 'next'
import { PageHeader } from '../../../ui/page-header.tsx'
import { EmptyState } from '../../../ui/states.tsx'

export const metadata: Metadata = { title: 'Not found' }

/** For members: the frame stays, and leads on. Who is none sees what an unknown organization gives. */
export default function NotFoundHere() {
  return (
    <>
      <PageHeader title="Not found" />
      <EmptyState title="There is nothing here">
        The address is wrong, or what it named was removed or is kept no longer.
      </EmptyState>
    </>
  )
}
