import { members } from '@eventmesh/db'
import { cookies } from 'next/headers'
import { redirect } from 'next/navigation'
import { lastTenantCookie } from '../features/shell/last-tenant.ts'
import { database } from '../server/database.ts'
import { currentUser } from '../server/session.ts'

export default async function Root() {
  const user = await currentUser()
  if (user === undefined) redirect('/sign-in')
  if (user.session.mustRotate) redirect('/session/rotate?next=%2F')
  const organizations = await members.organizationsOf(database(), user.userId)
  const last = (await cookies()).get(lastTenantCookie)?.value
  const chosen = organizations.find(({ slug }) => slug === last) ?? organizations[0]
  redirect(chosen === undefined ? '/new' : `/${chosen.slug}`)
}
