import { members, reservedSlugs } from '@eventmesh/db'
import { slugForm } from '../../../../features/access/slug.ts'
import { database } from '../../../../server/database.ts'

export const dynamic = 'force-dynamic'

/** Whether an address is free, while it is typed. Every slug is public in links, so this tells nothing new. */
export async function GET(
  _: Request,
  { params }: { readonly params: Promise<{ readonly slug: string }> },
): Promise<Response> {
  const { slug } = await params
  if (!slugForm.test(slug)) return Response.json({ taken: false })
  return Response.json({ taken: reservedSlugs.has(slug) || (await members.isSlugTaken(database(), slug)) })
}
