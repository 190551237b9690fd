import { filterParameters, readFilter } from '../../../../features/events/filter.ts'
import { listEvents } from '../../../../features/events/queries.ts'
import { memberRoute, problem } from '../../../../server/route.ts'
import { text } from '../../../../server/text.ts'

export const dynamic = 'force-dynamic'

/** The list's next pages, and the check of a search before it is shown. */
export const GET = memberRoute(
  { needs: 'events.read', takes: [...filterParameters, 'cursor', 'limit'] },
  async ({ member, requestId }, request) => {
    const { searchParams } = new URL(request.url)
    const limit = Number(searchParams.get('limit') ?? 100)
    if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
      return problem(400, 'invalid', text.limitForm, requestId)
    }
    const answer = await listEvents(member, readFilter(searchParams), {
      cursor: searchParams.get('cursor') ?? undefined,
      limit,
    })
    switch (answer.state) {
      case 'page':
        return Response.json(answer.page)
      case 'faults':
        return problem(400, 'search_invalid', text.searchInvalid, requestId, { faults: answer.faults })
      case 'cursor_mismatch':
        return problem(400, 'cursor_mismatch', text.startsOver, requestId)
      case 'too_long':
        return problem(504, 'too_long', text.searchTooLong, requestId)
    }
  },
)
