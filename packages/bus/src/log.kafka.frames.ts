import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'

const keepAliveMs = 30_000

/** A broker's socket that hands its reader whole answers only, without Nagle's delay and with keep-alive. */
export function connectFramed(options: {
  readonly host: string
  readonly port: number
  readonly ssl?: ConnectionOptions | undefined
  readonly onConnect: () => void
}): Socket {
  const { host, port, ssl, onConnect } = options
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) ? {} : { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveMs)
  return guardFrames(socket)
}

/**
 * Passes `data` on only in whole frames (4-byte big-endian length, then that many bytes), so that a connection cut
 * inside an answer leaves nothing behind. kafkajs 2.2.4 keeps the half answer over its reconnect, parses the next one
 * behind it and throws an uncaught RangeError, which ends the process.
 */
export function guardFrames<S extends Socket>(socket: S): S {
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...values: unknown[]) => boolean
  const frames = splitFrames((whole) => emit('data', whole))
  socket.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    if (event !== 'data') return emit(event, ...values)
    frames(values[0] as Buffer)
    return true
  }
  return socket
}

/** Collects chunks and hands on the longest run of whole frames; copies only what spans chunks. */
export function splitFrames(onWhole: (frames: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer[] = []
  let heldBytes = 0
  let wantedBytes = 4
  return (chunk) => {
    held.push(chunk)
    heldBytes += chunk.length
    if (heldBytes < wantedBytes) return
    const bytes = held.length === 1 ? chunk : Buffer.concat(held, heldBytes)
    let end = 0
    wantedBytes = 4
    while (bytes.length - end >= 4) {
      const frameBytes = 4 + Math.max(0, bytes.readInt32BE(end))
      if (bytes.length - end < frameBytes) {
        wantedBytes = frameBytes
        break
      }
      end += frameBytes
    }
    const rest = bytes.subarray(end)
    held = rest.length === 0 ? [] : [rest]
    heldBytes = rest.length
    if (end > 0) onWhole(bytes.subarray(0, end))
  }
}
