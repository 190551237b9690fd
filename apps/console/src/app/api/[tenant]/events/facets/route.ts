import { filterParameters, readFilter } from '../../../../../features/events/filter.ts'
import { countFacets } from '../../../../../features/events/queries.ts'
import { memberRoute, problem } from '../../../../../server/route.ts'
import { text } from '../../../../../server/text.ts'

export const dynamic = 'force-dynamic'

/** Values and counts for the list's filters, from the sums alone. */
export const GET = memberRoute(
  { needs: 'events.read', takes: filterParameters },
  async ({ member, requestId }, request) => {
    const found = await countFacets(member, readFilter(new URL(request.url).searchParams))
    return found === undefined ? problem(400, 'search_invalid', text.searchInvalid, requestId) : Response.json(found)
  },
)
