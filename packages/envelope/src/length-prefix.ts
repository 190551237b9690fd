/**
 * `tag`, then each part as P(x) = 4-byte big-endian byte length ‖ bytes (text: UTF-8). The lengths keep `a`+`bc` and
 * `ab`+`c` apart.
 */
export function lengthPrefixed(tag: string, parts: readonly (string | Buffer)[]): Buffer {
  let size = tag.length
  for (const part of parts) size += 4 + Buffer.byteLength(part)

  const bytes = Buffer.allocUnsafe(size)
  let at = bytes.write(tag, 0, 'latin1')
  for (const part of parts) {
    const length = typeof part === 'string' ? bytes.write(part, at + 4, 'utf8') : part.copy(bytes, at + 4)
    bytes.writeUInt32BE(length, at)
    at += 4 + length
  }
  return bytes
}
