import { contentTypes, exportFormats, exportName } from '../../../../features/events/export-rows.ts'
import { exportStream } from '../../../../features/events/export-stream.ts'
import { filterParameters, readFilter } from '../../../../features/events/filter.ts'
import { memberRoute, problem } from '../../../../server/route.ts'
import { text } from '../../../../server/text.ts'
import { requestZone } from '../../../../server/zone.ts'

export const dynamic = 'force-dynamic'

/** The newest 10,000 rows of the list's filters as a file, in the zone that the screens show. */
export const GET = memberRoute(
  { needs: 'events.export', takes: [...filterParameters, 'format'] },
  async ({ member, requestId }, request) => {
    const { searchParams } = new URL(request.url)
    const format = exportFormats.find((known) => known === (searchParams.get('format') ?? 'csv'))
    if (format === undefined) return problem(400, 'invalid', text.formatForm, requestId)
    const { timeZone } = await requestZone()
    const body = await exportStream(member, readFilter(searchParams), { format, timeZone })
    if (body instanceof ReadableStream) {
      return new Response(body, {
        headers: {
          'content-type': contentTypes[format],
          'content-disposition': `attachment; filename="${exportName(member.tenant.slug, format, new Date())}"`,
        },
      })
    }
    switch (body.state) {
      case 'faults':
        return problem(400, 'search_invalid', text.searchInvalid, requestId, { faults: body.faults })
      case 'cursor_mismatch':
      case 'too_long':
        return problem(504, 'too_long', text.exportTooLong, requestId)
    }
  },
)
