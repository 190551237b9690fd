import { readPlace, viewEvent } from '../../../../../features/events/queries.ts'
import { memberRoute, problem } from '../../../../../server/route.ts'
import { text } from '../../../../../server/text.ts'

export const dynamic = 'force-dynamic'

export const GET = memberRoute({ needs: 'events.read', takes: [] }, async ({ member, requestId }, _, { id = '' }) => {
  const place = readPlace(id)
  const view = place === undefined ? undefined : await viewEvent(member, place)
  return view === undefined ? problem(404, 'not_found', text.noEvent, requestId) : Response.json(view)
})
