import { connect, type Socket } from 'node:net'

/**
 * A bounded load on loopback: `connections` keep-alive sockets, one request in flight on each, `requests` in all.
 * Raw sockets, because a client library costs more processor than the server that is measured.
 */
export type Load = {
  readonly port: number
  readonly connections: number
  readonly requests: number
  /** Bytes of request number `n`, head and body; written as they are. */
  readonly request: (n: number) => Buffer
}

export type LoadResult = {
  readonly statuses: ReadonlyMap<number, number>
  /** Milliseconds, ascending, one per answered request. */
  readonly latenciesMs: Float64Array
  readonly durationMs: number
}

export async function run(load: Load): Promise<LoadResult> {
  const statuses = new Map<number, number>()
  const latenciesMs = new Float64Array(load.requests)
  let next = 0
  let answered = 0
  const startedAt = performance.now()

  await Promise.all(Array.from({ length: Math.min(load.connections, load.requests) }, () => drive()))

  return {
    statuses,
    latenciesMs: latenciesMs.subarray(0, answered).sort(),
    durationMs: performance.now() - startedAt,
  }

  function drive(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: load.port, noDelay: true })
      let pending = Buffer.alloc(0)
      let sentAt = 0
      const send = (to: Socket): void => {
        if (next >= load.requests) {
          to.end()
          resolve()
          return
        }
        sentAt = performance.now()
        to.write(load.request(next++))
      }
      socket.on('connect', () => send(socket))
      socket.on('data', (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
        const end = answerEnd(pending)
        if (end === undefined) return
        const status = Number(pending.toString('latin1', 9, 12))
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        latenciesMs[answered++] = performance.now() - sentAt
        pending = pending.subarray(end)
        send(socket)
      })
      socket.on('error', reject)
      socket.on('close', () => resolve())
    })
  }
}

/** Where the first answer in the buffer ends: its head and `content-length` bytes. */
function answerEnd(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const match = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, headEnd))
  if (match === null) throw new Error('the load generator reads answers with a content-length only')
  const end = headEnd + 4 + Number(match[1])
  return bytes.length >= end ? end : undefined
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
