import type { Severity } from '../../ui/status.tsx'

/** One new row, as the page shows it. `id`: what its page is called. */
export type Arrival = {
  readonly id: string
  readonly outcomeText: string
  readonly severity: Severity
  readonly type: string | null
  readonly eventId: string | null
  readonly reason: string | null
  readonly fix: string | null
  readonly latencyMs: number | null
}
