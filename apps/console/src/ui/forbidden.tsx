import { PageHeader } from './page-header.tsx'
import { EmptyState } from './states.tsx'

type Props = {
  readonly title: string
  /** The role that is needed, and what for. */
  readonly sentence: string
  readonly owners: readonly string[]
}

/** The header stays; the role that is needed is named, and who can give it. */
export function Forbidden({ title, sentence, owners }: Props) {
  return (
    <>
      <PageHeader title={title} />
      <EmptyState title={sentence}>
        {owners.length > 0 && <span className="break-words">Owners: {owners.join(', ')}</span>}
      </EmptyState>
    </>
  )
}
