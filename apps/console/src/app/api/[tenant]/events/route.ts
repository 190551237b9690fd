import { filterParameters, readFilter } from '../../../../features/events/filter.ts'
import { listEvents } from '../../../../features/events/queries.ts'
import { memberRoute, problem } from '../../../../server/route.ts'

export const dynamic = 'force-dynamic'

/** The list's next pages, and the check of a search before it is shown. */
export const GET = memberRoute(
  { needs: 'events.read', takes: [...filterParameters, 'cursor', 'limit'] },
  async ({ member, requestId }, request) => {
    const { searchParams } = new URL(request.url)
    const limit = Number(searchParams.get('limit') ?? 100)
    if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
      return problem(400, 'invalid', 'limit must be from 1 to 200', requestId)
    }
    const answer = await listEvents(member, readFilter(searchParams), {
      cursor: searchParams.get('cursor') ?? undefined,
      limit,
    })
    switch (answer.state) {
      case 'page':
        return Response.json(answer.page)
      case 'faults':
        return problem(400, 'search_invalid', 'The search is not understood.', requestId, { faults: answer.faults })
      case 'cursor_mismatch':
        return problem(400, 'cursor_mismatch', 'The list starts over.', requestId)
      case 'too_long':
        return problem(504, 'too_long', 'The search took too long.', requestId)
    }
  },
)
