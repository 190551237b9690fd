import { find } from '../../../../features/palette/queries.ts'
import { memberRoute } from '../../../../server/route.ts'

export const dynamic = 'force-dynamic'

/** Sources and keys for the palette; events have a search of their own. */
export const GET = memberRoute({ needs: 'keys.read', takes: ['q'] }, async ({ member }, request) => {
  const q = new URL(request.url).searchParams.get('q') ?? ''
  return Response.json(await find(member, q.slice(0, 100)))
})
