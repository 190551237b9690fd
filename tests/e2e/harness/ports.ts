import { createServer } from 'node:net'

// Below the ports that the system gives out for outgoing connections.
let next = 20_000 + (process.pid % 600) * 20

/** A base whose ports (`--port-base`: +0, +10, +12) are free; each call gives another one. */
export async function freePortBase(): Promise<number> {
  for (;;) {
    next += 20
    const ports = [next, next + 10, next + 12]
    const free = await Promise.all(ports.map(isFree))
    if (free.every(Boolean)) return next
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
