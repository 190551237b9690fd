import { filterParameters, readFilter } from '../../../../../features/events/filter.ts'
import { liveStream } from '../../../../../features/events/live-stream.ts'
import { parseFilterFor } from '../../../../../features/events/queries.ts'
import { memberRoute, problem } from '../../../../../server/route.ts'
import { text } from '../../../../../server/text.ts'

export const dynamic = 'force-dynamic'

/** The live tail, under the filters of the list; its range is now. */
export const GET = memberRoute(
  { needs: 'events.read', takes: filterParameters },
  async ({ member, requestId }, request) => {
    const parsed = parseFilterFor(member, readFilter(new URL(request.url).searchParams))
    if (!parsed.ok) {
      return problem(400, 'search_invalid', text.searchInvalid, requestId, { faults: parsed.faults })
    }
    const last = request.headers.get('last-event-id')
    const after = last === null || last === '' ? undefined : Number(last)
    if (after !== undefined && (!Number.isSafeInteger(after) || after < 0)) {
      return problem(400, 'invalid', text.lastEventIdForm, requestId)
    }
    const response = liveStream(member, { terms: parsed.terms, after, signal: request.signal })
    return response ?? problem(429, 'too_many_streams', text.tooManyStreams, requestId)
  },
)
