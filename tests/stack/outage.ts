import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../e2e/harness/processes.ts'
import { send, type Target } from '../e2e/harness/send.ts'
import type { MeshProcess } from './process.ts'
import type { Stack } from './stack.ts'

export type Outage = {
  /** What senders got while it lasted. */
  readonly answers: readonly {
    readonly status: number
    readonly code: string
    readonly retryAfter: string | null
    readonly ms: number
  }[]
  /** Resident memory: the most until the first answers were due, and the most to the end. */
  readonly rssBytesEarly: number
  readonly rssBytesMax: number
  /** From the log's return to the first 2xx. */
  readonly healedMs: number
  /** Answers of twenty events in a row after that. */
  readonly after: readonly number[]
}

const concurrency = 64
const deadlineMs = 12_000
const memoryEveryMs = 500

/** The log is away for `ms` while sixty-four senders go on, and comes back; the process is never restarted. */
export async function goThroughOutage(
  stack: Stack,
  ingest: MeshProcess,
  target: Target,
  { how, ms }: { readonly how: 'killed' | 'frozen'; readonly ms: number },
): Promise<Outage> {
  const { log } = stack
  const name = `outage-${how}-${ms}`
  const before = await send(target, `${name}-before`, '{}')
  if (before.status !== 202) throw new Error(`not well before the outage: ${before.status}`)
  await (how === 'killed' ? log.kill() : log.freeze())
  const endAt = performance.now() + ms
  const answers: Outage['answers'][number][] = []
  const memory: number[] = []
  const watch = setInterval(() => memory.push(ingest.rssBytes()), memoryEveryMs)
  const payload = `{"filling":"${'x'.repeat(20_000)}"}`
  await Promise.all(
    Array.from({ length: concurrency }, async (_, sender) => {
      for (let n = 0; performance.now() < endAt; n += 1) {
        const startedAt = performance.now()
        const { status, headers, body } = await send(target, `${name}-${sender}-${n}`, payload)
        const took = performance.now() - startedAt
        answers.push({ status, code: body.code ?? '', retryAfter: headers.get('retry-after'), ms: took })
        // Once a process refuses at once, senders that do not wait would be all that runs here.
        if (took < 100) await pause(100)
      }
    }),
  )
  clearInterval(watch)
  await (how === 'killed' ? log.start() : log.thaw())
  const backAt = performance.now()
  await until('the first event after the outage', 60_000, async () => {
    return (await send(target, `${name}-after`, '{}')).status === 202
  })
  const healedMs = performance.now() - backAt
  const after: number[] = []
  for (let n = 0; n < 20; n += 1) after.push((await send(target, `${name}-after-${n}`, '{}')).status)
  return {
    answers,
    rssBytesEarly: Math.max(...memory.slice(0, deadlineMs / memoryEveryMs)),
    rssBytesMax: Math.max(...memory),
    healedMs,
    after,
  }
}

const mebibyte = 1_048_576

/** What of it breaks the promise; empty when nothing does. */
export function outageFaults({ answers, rssBytesEarly, rssBytesMax, healedMs, after }: Outage): readonly string[] {
  const [wrong] = answers.filter(({ status, retryAfter }) => status !== 503 || !/^[1-9]\d*$/.test(retryAfter ?? ''))
  const slowest = Math.max(...answers.map(({ ms }) => ms))
  const grownMiB = (rssBytesMax - rssBytesEarly) / mebibyte
  return [
    ...(answers.length < concurrency ? [`${answers.length} answers only`] : []),
    ...(wrong === undefined ? [] : [`an answer ${wrong.status} ${wrong.code}, Retry-After ${wrong.retryAfter}`]),
    ...(slowest > deadlineMs ? [`an answer after ${Math.round(slowest)} ms`] : []),
    ...(grownMiB > 64 ? [`memory grew by ${Math.round(grownMiB)} MiB`] : []),
    ...(healedMs > 30_000 ? [`healed after ${Math.round(healedMs)} ms`] : []),
    ...(after.every((status) => status === 202) ? [] : [`not well afterwards: ${after.join(' ')}`]),
  ]
}
