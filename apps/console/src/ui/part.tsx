import { type ReactNode, Suspense } from 'react'
import { FaultBoundary } from './fault-boundary.tsx'
import { SkeletonRows } from './states.tsx'

/**
 * What a page loads after its header: rows in grey until it is there, and if it fails, that alone says so. Whoever may
 * not see it has been told so before: once this is on its way the answer is 200.
 */
export function Part({
  children,
  requestId,
  rows,
  columns,
}: {
  readonly children: ReactNode
  /** What the failure is found by in the log. */
  readonly requestId: string
  readonly rows: number
  /** Widths of what a row holds. */
  readonly columns: readonly string[]
}) {
  return (
    <FaultBoundary requestId={requestId}>
      <Suspense fallback={<SkeletonRows rows={rows} columns={columns} />}>{children}</Suspense>
    </FaultBoundary>
  )
}
