import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What a proxy does to the bytes that pass; all of it can change while connections run. */
export type Faults = {
  /** Milliseconds that every chunk waits from its arrival on, in both directions. */
  latencyMs: number
  /** New connections are reset. */
  isRefusing: boolean
  /** Bytes of this direction go nowhere, and the connection stays. */
  blackhole: 'none' | 'to-server' | 'to-client' | 'both'
  /** Bytes per second in both directions; 0 is no limit. */
  bytesPerSecond: number
}

export const noFaults: Readonly<Faults> = { latencyMs: 0, isRefusing: false, blackhole: 'none', bytesPerSecond: 0 }

export type TcpProxy = {
  readonly port: number
  readonly address: string
  readonly faults: Faults
  readonly connections: number
  /** Cuts all connections now. */
  cut(): void
  /** Cuts one connection as soon as `bytes` more have gone that way on it; resolves when it did. */
  cutAfter(direction: 'to-server' | 'to-client', bytes: number): Promise<void>
  /**
   * The answer to the next Kafka request with this API key (Produce is 0, Fetch 1) is held back, dropped, or given in
   * part and then cut.
   */
  catchAnswer(apiKey: number, action: CaughtAction): CaughtAnswer
  close(): Promise<void>
}

export type CaughtAction =
  | { readonly kind: 'hold' }
  /** Cuts the connection instead of answering. */
  | { readonly kind: 'drop' }
  /** Gives the first bytes of the answer, then cuts. */
  | { readonly kind: 'cut-inside'; readonly bytes: number }

export type CaughtAnswer = {
  /** The answer has come and was not passed on. */
  readonly caught: Promise<{ readonly correlationId: number; readonly bytes: number }>
  /** Passes a held answer on. */
  release(): void
}

/**
 * A TCP proxy on loopback in front of `target` (`host:port`), on a free port unless one is given. With `isKafka` it reads
 * the framing, hands on whole answers and can catch one.
 */
export async function startProxy(
  target: string,
  options: { readonly port?: number; readonly isKafka?: boolean } = {},
): Promise<TcpProxy> {
  const [host = '127.0.0.1', port] = target.split(':')
  const faults: Faults = { ...noFaults }
  const links = new Set<Link>()
  const cuts: Cut[] = []
  const traps: Trap[] = []

  const server = createServer((client) => {
    if (faults.isRefusing) return void client.resetAndDestroy()
    const upstream = connect({ host, port: Number(port) })
    const link: Link = { client, upstream, asked: new Map() }
    links.add(link)
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true)
      socket.on('error', () => end(link)) // the other side learns it by the close
      socket.on('close', () => end(link))
    }
    const requests = frames()
    const answers = frames()
    pipe(client, upstream, 'to-server', (chunk) => {
      if (options.isKafka) for (const frame of requests(chunk).complete) noteRequest(link, frame)
      return chunk
    })
    pipe(upstream, client, 'to-client', (chunk) => {
      return options.isKafka ? filterAnswers(link, answers, chunk) : chunk
    })
  })
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')
  const ownPort = (server.address() as AddressInfo).port

  function pipe(from: Socket, to: Socket, direction: Direction, map: (chunk: Buffer) => Buffer): void {
    let ready = Promise.resolve()
    /** When the line has carried what came before, at `bytesPerSecond`. */
    let freeAt = 0
    let isWaiting = false
    from.on('data', (chunk: Buffer) => {
      const bytes = map(chunk)
      if (faults.blackhole === 'both' || faults.blackhole === direction) return
      const carriedMs = faults.bytesPerSecond > 0 ? (bytes.length / faults.bytesPerSecond) * 1_000 : 0
      const now = performance.now()
      freeAt = Math.max(now, freeAt) + carriedMs
      const dueAt = freeAt + faults.latencyMs
      if (dueAt <= now && !isWaiting) return pass(to, direction, bytes)
      isWaiting = true
      const last = ready.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, dueAt - performance.now()))
        pass(to, direction, bytes)
        isWaiting = ready !== last
      })
      ready = last
    })
  }

  function pass(to: Socket, direction: Direction, bytes: Buffer): void {
    const cut = cuts.find((each) => each.direction === direction)
    if (cut === undefined || bytes.length === 0) return void (to.destroyed || to.write(bytes))
    if (bytes.length < cut.bytes) {
      cut.bytes -= bytes.length
      to.write(bytes)
      return
    }
    cuts.splice(cuts.indexOf(cut), 1)
    const link = [...links].find(({ client, upstream }) => client === to || upstream === to)
    to.write(bytes.subarray(0, cut.bytes), () => {
      if (link !== undefined) end(link)
      cut.done()
    })
  }

  function noteRequest({ asked }: Link, frame: Buffer): void {
    if (frame.length < 12) return
    asked.set(frame.readInt32BE(8), frame.readInt16BE(4))
  }

  function filterAnswers(link: Link, answers: FrameSplitter, chunk: Buffer): Buffer {
    const { complete } = answers(chunk)
    const out: Buffer[] = []
    for (const frame of complete) {
      const correlationId = frame.readInt32BE(4)
      const apiKey = link.asked.get(correlationId)
      link.asked.delete(correlationId)
      const trap = traps.find((each) => each.apiKey === apiKey)
      if (trap === undefined) {
        out.push(frame)
        continue
      }
      traps.splice(traps.indexOf(trap), 1)
      trap.spring(link, correlationId, frame)
    }
    return Buffer.concat(out)
  }

  function end(link: Link): void {
    if (!links.delete(link)) return
    link.client.destroy()
    link.upstream.destroy()
  }

  return {
    port: ownPort,
    address: `127.0.0.1:${ownPort}`,
    faults,
    get connections() {
      return links.size
    },
    cut() {
      for (const link of [...links]) end(link)
    },
    cutAfter: (direction, bytes) => new Promise((resolve) => cuts.push({ direction, bytes, done: resolve })),
    catchAnswer(apiKey, action) {
      let held: (() => void) | undefined
      const caught = new Promise<{ correlationId: number; bytes: number }>((resolve) => {
        traps.push({
          apiKey,
          spring(link, correlationId, frame) {
            if (action.kind === 'hold') held = () => void link.client.write(frame)
            else if (action.kind === 'drop') end(link)
            else link.client.write(frame.subarray(0, action.bytes), () => end(link))
            resolve({ correlationId, bytes: frame.length })
          },
        })
      })
      return { caught, release: () => held?.() }
    },
    async close() {
      for (const link of [...links]) end(link)
      server.close()
      await once(server, 'close')
    },
  }
}

type Direction = 'to-server' | 'to-client'
type Cut = { readonly direction: Direction; bytes: number; readonly done: () => void }
type Link = { readonly client: Socket; readonly upstream: Socket; readonly asked: Map<number, number> }
type Trap = { readonly apiKey: number; spring(link: Link, correlationId: number, frame: Buffer): void }
type FrameSplitter = (chunk: Buffer) => { readonly complete: readonly Buffer[] }

/** Kafka's framing: a 4-byte big-endian length, then that many bytes. */
function frames(): FrameSplitter {
  let held: Buffer = Buffer.alloc(0)
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const complete: Buffer[] = []
    while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
      const bytes = 4 + held.readInt32BE(0)
      complete.push(held.subarray(0, bytes))
      held = held.subarray(bytes)
    }
    return { complete }
  }
}
