/**
 * The bytes of one named field of a multipart/form-data body (RFC 7578); undefined when the body is of another type, or
 * the field is absent or stands there twice.
 */
export function multipartField(body: Buffer, contentType: string, name: string): Buffer | undefined {
  const boundary = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(contentType)
  if (boundary === null) return undefined
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2]}`)
  const text = Buffer.concat([Buffer.from('\r\n'), body])
  const found: Buffer[] = []
  let at = text.indexOf(delimiter)
  while (at >= 0) {
    const start = at + delimiter.length
    const end = text.indexOf(delimiter, start)
    if (end < 0) break
    const part = text.subarray(start, end)
    const head = part.indexOf('\r\n\r\n')
    if (head >= 0 && fieldName(part.toString('latin1', 0, head)) === name) found.push(part.subarray(head + 4))
    at = end
  }
  return found.length === 1 ? found[0] : undefined
}

function fieldName(head: string): string | undefined {
  return /^content-disposition:\s*form-data\b[^\r\n]*?;\s*name="([^"]*)"/im.exec(head)?.[1]
}
