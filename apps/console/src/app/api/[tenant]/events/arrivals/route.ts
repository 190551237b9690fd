import { arrivals } from '../../../../../features/get-started/queries.ts'
import { memberRoute, problem } from '../../../../../server/route.ts'
import { text } from '../../../../../server/text.ts'

export const dynamic = 'force-dynamic'

/** What came into the index above a number, at most 20 rows. */
export const GET = memberRoute({ needs: 'events.read', takes: ['after'] }, async ({ member, requestId }, request) => {
  const after = Number(new URL(request.url).searchParams.get('after'))
  if (!Number.isSafeInteger(after) || after < 0) return problem(400, 'invalid', text.afterForm, requestId)
  return Response.json(await arrivals(member, after))
})
