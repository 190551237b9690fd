import { can, members } from '@eventmesh/db'
import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { SessionEnded } from '../../../features/account/session-ended.tsx'
import { laterCookie } from '../../../features/get-started/later.ts'
import { progressOf } from '../../../features/get-started/queries.ts'
import { PaletteHost } from '../../../features/palette/palette-host.tsx'
import { Shell } from '../../../features/shell/shell.tsx'
import { text } from '../../../features/shell/text.ts'
import { database } from '../../../server/database.ts'
import { orNone } from '../../../server/or-none.ts'
import { pageMember } from '../../../server/page.ts'
import { endOf } from '../../../server/session.ts'
import { Banner } from '../../../ui/states.tsx'
import { Time } from '../../../ui/time.tsx'

type Props = { readonly children: ReactNode; readonly params: Promise<{ readonly tenant: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const answer = await pageMember((await params).tenant, 'events.read')
  const { name } = answer.member.tenant
  return { title: { default: `${name} · EventMesh`, template: `%s · ${name} · EventMesh` } }
}

/** The frame. It is no check (it is not rendered again on navigation): each page asks for the member itself. */
export default async function TenantLayout({ children, params }: Props) {
  const { member } = await pageMember((await params).tenant, 'events.read')
  const { tenant, role, email, name, userId } = member
  const isPutOff = (await cookies()).has(laterCookie) && can(role, 'keys.write.test')
  const [organizations, getStarted] = await Promise.all([
    members.organizationsOf(database(), userId),
    isPutOff ? orNone('get-started', progressOf(member)) : undefined,
  ])
  return (
    <Shell
      current={{ slug: tenant.slug, name: tenant.name }}
      organizations={organizations}
      person={{ email, name }}
      getStarted={getStarted}
      showsAudit={can(role, 'audit.read')}
    >
      {tenant.suspendedAt !== null && (
        <Banner severity="bad" className="rounded-none">
          <span>
            {text.suspended} <Time at={tenant.suspendedAt.toISOString()} as="date" />. {text.suspendedHint}
          </span>
          <Link href={`/${tenant.slug}/events?reason=tenant_suspended&range=30d`} className="font-medium underline">
            {text.showRefused}
          </Link>
        </Banner>
      )}
      {children}
      <PaletteHost
        slug={tenant.slug}
        organizations={organizations}
        rights={{
          audit: can(role, 'audit.read'),
          settings: can(role, 'settings.read'),
          createKeys: can(role, 'keys.write.test'),
          sendEvents: can(role, 'events.send'),
          writeSources: can(role, 'sources.write'),
          invite: can(role, 'members.write'),
        }}
      />
      <SessionEnded email={email} endsAt={endOf(member).toISOString()} />
    </Shell>
  )
}
