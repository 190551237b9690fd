import type { Metadata } from 'next'
import { PageHeader } from '../../../ui/page-header.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { text } from '../../text.ts'

export const metadata: Metadata = { title: text.notFound.title }

/** For members: the frame stays, and leads on. Who is none sees what an unknown organization gives. */
export default function NotFoundHere() {
  return (
    <>
      <PageHeader title={text.notFound.title} />
      <EmptyState title={text.notFound.heading}>{text.notFound.inside}</EmptyState>
    </>
  )
}
