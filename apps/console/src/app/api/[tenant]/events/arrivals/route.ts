import { arrivals } from '../../../../../features/get-started/queries.ts'
import { memberRoute, problem } from '../../../../../server/route.ts'

export const dynamic = 'force-dynamic'

/** What came into the index above a number, at most 20 rows. */
export const GET = memberRoute({ needs: 'events.read', takes: ['after'] }, async ({ member, requestId }, request) => {
  const after = Number(new URL(request.url).searchParams.get('after'))
  if (!Number.isSafeInteger(after) || after < 0)
    return problem(400, 'invalid', 'after must be a whole number', requestId)
  return Response.json(await arrivals(member, after))
})
