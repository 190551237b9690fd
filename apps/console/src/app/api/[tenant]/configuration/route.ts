import { configurationOf } from '../../../../features/settings/queries.ts'
import { memberRoute } from '../../../../server/route.ts'

export const dynamic = 'force-dynamic'

export const GET = memberRoute({ needs: 'settings.read', takes: [] }, async ({ member }) => {
  const text = `${JSON.stringify(await configurationOf(member), null, 2)}\n`
  return new Response(text, {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${member.tenant.slug}-configuration.json"`,
      'x-content-type-options': 'nosniff',
    },
  })
})
