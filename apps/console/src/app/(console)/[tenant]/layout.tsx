import { can, members } from '@eventmesh/db'
import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import { Shell } from '../../../features/shell/shell.tsx'
import { text } from '../../../features/shell/text.ts'
import { database } from '../../../server/database.ts'
import { pageMember } from '../../../server/page.ts'
import { Banner } from '../../../ui/states.tsx'

type Props = { readonly children: ReactNode; readonly params: Promise<{ readonly tenant: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const answer = await pageMember((await params).tenant, 'events.read')
  const { name } = answer.member.tenant
  return { title: { default: `${name} · EventMesh`, template: `%s · ${name} · EventMesh` } }
}

/** The frame. It is no check (it is not rendered again on navigation): each page asks for the member itself. */
export default async function TenantLayout({ children, params }: Props) {
  const { member } = await pageMember((await params).tenant, 'events.read')
  const { tenant, role, email, userId } = member
  return (
    <Shell
      current={{ slug: tenant.slug, name: tenant.name }}
      organizations={await members.organizationsOf(database(), userId)}
      email={email}
      showsGetStarted={false}
      showsAudit={can(role, 'audit.read')}
    >
      {tenant.suspendedAt !== null && (
        <Banner severity="bad" className="rounded-none">
          {text.suspended}
        </Banner>
      )}
      {children}
    </Shell>
  )
}
