import { Writer } from '@platformatic/kafka'

/**
 * Writes a record's headers (Kafka's record format, version 2: a count, then each name and value behind its length, all
 * counts zigzag varints) into one buffer. The client makes four small buffers of each header and copies the list of them
 * several times on its way to the socket; with our fifteen that was more than half of what a record cost it
 * (docs/benchmarks.md). The bytes are the same.
 */
export function encodeHeaders(headers: ReadonlyMap<Uint8Array, Uint8Array>): Buffer {
  let size = varIntSize(headers.size)
  headers.forEach((value, name) => {
    size += varIntSize(name.length) + name.length + varIntSize(value.length) + value.length
  })
  const bytes = Buffer.allocUnsafe(size)
  let at = writeVarInt(bytes, 0, headers.size)
  headers.forEach((value, name) => {
    at = writeBytes(bytes, writeBytes(bytes, at, name), value)
  })
  return bytes
}

/** The client has no setting for it, hence its own method's place: used by record headers alone. */
export function encodeHeadersAtOnce(): void {
  Writer.prototype.appendVarIntMap = function (headers): Writer {
    if (headers === null || headers === undefined) return this.appendVarInt(0)
    // The method is generic; the client calls it for headers alone, whose parts our producer gives as bytes.
    return this.append(encodeHeaders(headers as unknown as ReadonlyMap<Uint8Array, Uint8Array>))
  }
}

function writeBytes(into: Buffer, at: number, bytes: Uint8Array): number {
  const start = writeVarInt(into, at, bytes.length)
  into.set(bytes, start)
  return start + bytes.length
}

/** Of whole numbers from 0 to 2^30: in zigzag they are doubled. */
function varIntSize(value: number): number {
  let size = 1
  for (let rest = value * 2; rest > 127; rest >>>= 7) size += 1
  return size
}

function writeVarInt(into: Buffer, at: number, value: number): number {
  let end = at
  let rest = value * 2
  for (; rest > 127; rest >>>= 7) {
    into[end] = (rest & 127) | 128
    end += 1
  }
  into[end] = rest
  return end + 1
}
