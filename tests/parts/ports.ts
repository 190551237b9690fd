import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'

/** A port of loopback that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

// Below the range that the system gives out itself.
const blocks = { first: 12_000, ports: 32, count: 625 }

/**
 * The first of up to 31 neighbouring ports that nothing listens on. They belong to this process until it ends: what is
 * started on them may take its time, and another that asks meanwhile would be answered by whichever came first.
 */
export async function freePorts(count: number): Promise<number> {
  if (count >= blocks.ports) throw new RangeError(`at most ${blocks.ports - 1} neighbouring ports`)
  const start = Math.floor(Math.random() * blocks.count)
  for (let tries = 0; tries < blocks.count; tries += 1) {
    const first = blocks.first + ((start + tries) % blocks.count) * blocks.ports
    // The last of a block says whose it is.
    const mark = await listen(first + blocks.ports - 1)
    if (mark === undefined) continue
    const isFree = await Promise.all(Array.from({ length: count }, (_, at) => canListen(first + at)))
    if (isFree.every(Boolean)) {
      mark.unref()
      return first
    }
    mark.close()
  }
  throw new Error(`no ${count} neighbouring free ports`)
}

/** For one installation (`--port-base`: +0, +1, +10, +12). */
export const freePortBase = (): Promise<number> => freePorts(13)

async function canListen(port: number): Promise<boolean> {
  const server = await listen(port)
  if (server === undefined) return false
  server.close()
  await once(server, 'close')
  return true
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
