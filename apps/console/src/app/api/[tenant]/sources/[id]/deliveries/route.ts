import { deliveriesOf, getSource } from '../../../../../../features/sources/queries.ts'
import { memberRoute, problem } from '../../../../../../server/route.ts'
import { text } from '../../../../../../server/text.ts'

export const dynamic = 'force-dynamic'

/** Deliveries to a source after a time (milliseconds since 1970), the newest first, at most 20. */
export const GET = memberRoute(
  { needs: 'sources.read', takes: ['since'] },
  async ({ member, requestId }, request, { id = '' }) => {
    const since = Number(new URL(request.url).searchParams.get('since') ?? 0)
    if (!Number.isSafeInteger(since) || since < 0) return problem(400, 'invalid', text.sinceForm, requestId)
    if ((await getSource(member, id)) === undefined) return problem(404, 'not_found', text.notFound, requestId)
    return Response.json(await deliveriesOf(member, id, since))
  },
)
