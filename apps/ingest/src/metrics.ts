import { type Metrics, perLabel } from '@eventmesh/runtime'
import type { Exchange } from './exchange.ts'
import type { Budget } from './limit.ts'
import type { Outcome } from './outcome.ts'

export type IngestMetrics = {
  request(exchange: Exchange, outcome: Outcome, status: number): void
  /** What the parser refused. */
  refusedSocket(code: string): void
  /** Work beside answers that failed, by what it was. */
  backgroundError(what: string): void
}

/** Labels are codes and routes of ours; no tenant, key or anything that a sender chooses. */
export function ingestMetrics(metrics: Metrics, budget: Budget): IngestMetrics {
  const requests = metrics.counter('eventmesh_ingest_requests_total', 'Requests by status.', ['status'])
  const events = metrics.counter('eventmesh_ingest_events_total', 'Events by outcome and, where refused, code.', [
    'outcome',
    'code',
  ])
  const ofStatus = perLabel((status: number) => requests.labels({ status }))
  const ofOutcome = perLabel((outcome: string) => events.labels({ outcome, code: '' }))
  const ofCode = perLabel((code: string) => events.labels({ outcome: 'refused', code }))
  const unchecked = metrics.counter(
    'eventmesh_ingest_unchecked_events_total',
    'Events that were accepted without a look at the claims, which did not answer.',
  )
  const seconds = metrics.histogram(
    'eventmesh_ingest_answer_seconds',
    'From complete headers to the answer, of event requests.',
  )
  const errors = metrics.counter(
    'eventmesh_ingest_background_errors_total',
    'Settles, outcome records and key uses that failed.',
    ['what'],
  )
  metrics.gaugeOf('eventmesh_ingest_requests_in_flight', 'Event requests in flight.', () => budget.requestsInFlight)
  metrics.gaugeOf('eventmesh_ingest_body_bytes', 'Bytes of bodies in flight.', () => budget.bytesInFlight)

  return {
    request(exchange, outcome, status) {
      ofStatus(status).inc()
      if (outcome.kind === 'page') return
      seconds.observe((performance.now() - exchange.startedAt) / 1_000)
      for (const { dedupe, ending } of exchange.items ?? []) {
        if (dedupe === 'unchecked' && ending?.status === 'accepted') unchecked.inc()
      }
      if (outcome.kind === 'batch') {
        for (const ending of outcome.endings) {
          const kind = 'isQuarantined' in ending && ending.isQuarantined === true ? 'quarantined' : ending.status
          const series =
            'refusal' in ending ? events.labels({ outcome: kind, code: ending.refusal.code }) : ofOutcome(kind)
          series.inc()
        }
      } else {
        const kind = 'isQuarantined' in outcome && outcome.isQuarantined === true ? 'quarantined' : outcome.kind
        const series = outcome.kind === 'refused' ? ofCode(outcome.refusal.code) : ofOutcome(kind)
        series.inc()
      }
    },
    refusedSocket: (code) => ofCode(code).inc(),
    backgroundError: (what) => errors.inc({ what }),
  }
}
