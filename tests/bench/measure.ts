import { setTimeout as wait } from 'node:timers/promises'
import { cpuSeconds, residentMiB } from './cpu.ts'
import { percentile, run } from './load.ts'
import type { Subject } from './subjects.ts'

/** What is sent to whom. */
export type Work = {
  readonly subject: Subject
  /** The bytes of one request; every key is new. */
  readonly request: (key: string) => Buffer
  readonly eventsPerRequest: number
  readonly requests: number
  readonly connections: number
}

export type Sample = {
  /** Microseconds of processor time, all threads, per event. */
  readonly cpuMicros: number
  readonly eventsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly residentMiB: number
}

/** What goes on beside the last answers (settles, the log) is part of the cost. */
const afterwardsMs = 300

/** One bounded load; throws when an answer is not 202. */
export async function measure(work: Work, name: string): Promise<Sample> {
  const { subject, request, requests, connections, eventsPerRequest } = work
  const before = cpuSeconds(subject.pid)
  const { statuses, latenciesMs, durationMs } = await run({
    port: subject.port,
    connections,
    requests,
    request: (n) => request(`${name}-${n}`),
  })
  await wait(afterwardsMs)
  if (statuses.get(202) !== requests) {
    throw new Error(`not every answer was 202: ${[...statuses].map(([status, n]) => `${n} × ${status}`).join(', ')}`)
  }
  const events = requests * eventsPerRequest
  return {
    cpuMicros: ((cpuSeconds(subject.pid) - before) / events) * 1e6,
    eventsPerSecond: (events / durationMs) * 1_000,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    residentMiB: residentMiB(subject.pid),
  }
}

export type Spread = { readonly median: number; readonly low: number; readonly high: number }

/** Median and extremes of all rounds: with five of them, nothing else would be honest. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const median = sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2
  return { median, low: sorted[0]!, high: sorted.at(-1)! }
}
