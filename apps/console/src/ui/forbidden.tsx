import { PageHeader } from './page-header.tsx'
import { EmptyState } from './states.tsx'

/** The header stays; the role and what it lacks are named. */
export function Forbidden({
  title,
  role,
  capability,
}: {
  readonly title: string
  readonly role: string
  readonly capability: string
}) {
  return (
    <>
      <PageHeader title={title} />
      <EmptyState title="Your role cannot see this">
        You are a {role} of this organization; this page needs <code>{capability}</code>. Ask an owner or admin.
      </EmptyState>
    </>
  )
}
