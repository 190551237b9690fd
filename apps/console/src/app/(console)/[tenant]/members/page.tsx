import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import { InviteButton } from '../../../../features/members/invite-button.tsx'
import { InvitesTable } from '../../../../features/members/invites-table.tsx'
import { MemberDialogs } from '../../../../features/members/member-dialogs.tsx'
import { MembersBar } from '../../../../features/members/members-bar.tsx'
import { MembersTable } from '../../../../features/members/members-table.tsx'
import { listInvites, listMembers } from '../../../../features/members/queries.ts'
import { text } from '../../../../features/members/text.ts'
import { pageMember } from '../../../../server/page.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { Forbidden } from '../../../../ui/forbidden.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function MembersPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'members.read')
  if (!answer.ok) return <Forbidden title={text.title} role={answer.role} capability={answer.capability} />
  const { member } = answer
  const { tab, q } = await searchParams
  const search = typeof q === 'string' && q.trim() !== '' ? q.trim().slice(0, 254) : undefined
  const rights = { write: can(member.role, 'members.write'), owners: can(member.role, 'owners.write') }
  const invites = rights.write ? await listInvites(member) : undefined
  const showsInvites = tab === 'invites' && invites !== undefined
  const { rows, total } = await listMembers(member, search)
  return (
    <MemberDialogs slug={tenant} organization={member.tenant.name} rights={rights}>
      <PageHeader title={text.title} actions={<InviteButton />} />
      <MembersBar current={showsInvites ? 'invites' : 'members'} openInvites={invites?.length} />
      {showsInvites ? (
        invites.length > 0 ? (
          <InvitesTable rows={invites} />
        ) : (
          <EmptyState title={text.noInvites} actions={<InviteButton />}>
            {text.noInvitesHint}
          </EmptyState>
        )
      ) : rows.length === 0 ? (
        <EmptyState
          title={text.filteredEmpty}
          actions={<LinkButton href={`/${tenant}/members`}>{text.clear}</LinkButton>}
        />
      ) : (
        <>
          <MembersTable rows={rows} />
          {total === 1 && <EmptyState title={text.alone} actions={<InviteButton />} />}
        </>
      )}
    </MemberDialogs>
  )
}
