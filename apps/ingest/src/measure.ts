import type { AppendResult, Claims, Log } from '@eventmesh/bus'
import { topics } from '@eventmesh/envelope'
import { type Metrics, perLabel } from '@eventmesh/runtime'

/** The same log; how long each append took, how its records ended and how many bytes wait for an answer are counted. */
export function measureLog(log: Log, metrics: Metrics): Log {
  const seconds = metrics.histogram('eventmesh_log_append_seconds', 'From an append to its results.', ['topic'])
  const records = metrics.counter('eventmesh_log_records_total', 'Records by how each try to append them ended.', [
    'topic',
    'result',
  ])
  const ofTopic = perLabel((topic: string) =>
    perLabel((result: AppendResult['status']) => records.labels({ topic, result })),
  )
  const took = Object.fromEntries(topics.map((topic) => [topic, seconds.labels({ topic })]))
  let unconfirmedBytes = 0
  metrics.gaugeOf(
    'eventmesh_log_unconfirmed_bytes',
    'Bytes of values that the log was given and has not confirmed yet.',
    () => unconfirmedBytes,
  )
  return {
    // Beside the promise that the caller waits for, not in front of it.
    append(topic, given, options) {
      let bytes = 0
      for (const { value } of given) bytes += value.length
      const startedAt = performance.now()
      unconfirmedBytes += bytes
      const end = (): void => {
        unconfirmedBytes -= bytes
        took[topic]?.observe((performance.now() - startedAt) / 1_000)
      }
      const appended = log.append(topic, given, options)
      appended.then((results) => {
        end()
        const ended = ofTopic(topic)
        for (const { status } of results) ended(status).inc()
      }, end)
      return appended
    },
    subscribe: (options) => log.subscribe(options),
    read: (topic, options) => log.read(topic, options),
    check: () => log.check(),
    close: () => log.close(),
  }
}

/** The same claims; how long each call took and which failed is counted. */
export function measureClaims(claims: Claims, metrics: Metrics): Claims {
  const seconds = metrics.histogram('eventmesh_claims_seconds', 'From a call to its answer.', ['operation'])
  const failures = metrics.counter('eventmesh_claims_failures_total', 'Calls that the store did not answer.', [
    'operation',
  ])
  const measured = <Given, Answer>(operation: string, call: (given: Given) => Promise<Answer>) => {
    const took = seconds.labels({ operation })
    return (given: Given): Promise<Answer> => {
      const startedAt = performance.now()
      const end = (): void => took.observe((performance.now() - startedAt) / 1_000)
      const answer = call(given)
      answer.then(end, () => {
        failures.inc({ operation })
        end()
      })
      return answer
    }
  }
  return {
    claim: measured('claim', (requests) => claims.claim(requests)),
    settle: measured('settle', (requests) => claims.settle(requests)),
    yield: measured('yield', (requests) => claims.yield(requests)),
    reset: () => claims.reset(),
    check: () => claims.check(),
    close: () => claims.close(),
  }
}
