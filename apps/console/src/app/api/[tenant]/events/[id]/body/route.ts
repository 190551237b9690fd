import { type BodyPart, events } from '@eventmesh/db'
import { firstBytes, hexBytesMax, wholeBytesMax } from '../../../../../../features/events/body-limits.ts'
import { readPlace } from '../../../../../../features/events/queries.ts'
import { memberRoute, problem } from '../../../../../../server/route.ts'
import { text } from '../../../../../../server/text.ts'

export const dynamic = 'force-dynamic'

const parts: readonly string[] = ['envelope', 'payload', 'raw'] satisfies readonly BodyPart[]

/**
 * A part of an event as bytes: whole up to 256 kB, above that nothing (204 with its size); with `first` its first 64 kB,
 * with `download` all of it, as an attachment that no browser opens. Never with the sender's own content type: what came
 * from outside is text or bytes here.
 */
export const GET = memberRoute(
  { needs: 'payload.read', takes: ['part', 'first', 'download'] },
  async ({ db, member, requestId }, request, { id = '' }) => {
    const { searchParams } = new URL(request.url)
    const part = searchParams.get('part') ?? 'payload'
    const place = readPlace(id)
    if (place === undefined || !parts.includes(part)) return problem(404, 'not_found', text.noPart, requestId)
    const isDownload = searchParams.has('download')
    const isFirst = searchParams.has('first')
    const found = await events.body(db, member.tenant.id, {
      ...place,
      part: part as BodyPart,
      ...(isDownload ? {} : { length: isFirst ? firstBytes : wholeBytesMax }),
    })
    if (found.state === 'absent') return problem(404, 'not_found', text.noEvent, requestId)
    if (found.state === 'not_kept') return problem(404, 'not_kept', text.partNotKept, requestId)
    const headers: Record<string, string> = {
      'content-type': isDownload ? 'application/octet-stream' : 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'x-total-bytes': String(found.total),
      'x-utf-8': String(isUtf8(found.bytes)),
      ...(isDownload
        ? { 'content-disposition': `attachment; filename="${place.requestId}.${place.item}.${part}"` }
        : {}),
    }
    if (!isDownload && !isFirst && found.total > wholeBytesMax) return new Response(null, { status: 204, headers })
    const bytes = isDownload || isUtf8(found.bytes) ? new Uint8Array(found.bytes) : hex(found.bytes)
    return new Response(bytes, { headers })
  },
)

/** The cut may have split the last character: up to three bytes of it do not count. */
function isUtf8(bytes: Buffer): boolean {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  for (let cut = 0; cut <= 3; cut += 1) {
    try {
      decoder.decode(bytes.subarray(0, Math.max(0, bytes.length - cut)))
      return true
    } catch {
      // Perhaps only the end is incomplete.
    }
  }
  return false
}

function hex(bytes: Buffer): string {
  const rows: string[] = []
  for (let at = 0; at < Math.min(bytes.length, hexBytesMax); at += 16) {
    const row = bytes.subarray(at, at + 16)
    const text = [...row].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    rows.push(`${at.toString(16).padStart(6, '0')}  ${row.toString('hex').replace(/../g, '$& ').padEnd(48)} ${text}`)
  }
  return rows.join('\n')
}
