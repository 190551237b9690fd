import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import { InviteButton } from '../../../../features/members/invite-button.tsx'
import { InvitesTable } from '../../../../features/members/invites-table.tsx'
import { MemberDialogs } from '../../../../features/members/member-dialogs.tsx'
import { MembersBar } from '../../../../features/members/members-bar.tsx'
import { MembersTable } from '../../../../features/members/members-table.tsx'
import { countInvites, listInvites, listMembers } from '../../../../features/members/queries.ts'
import { text } from '../../../../features/members/text.ts'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../../server/page.ts'
import { requestFacts } from '../../../../server/request.ts'
import type { Member } from '../../../../server/session.ts'
import { LinkButton } from '../../../../ui/button.tsx'
import { PageHeader } from '../../../../ui/page-header.tsx'
import { Part } from '../../../../ui/part.tsx'
import { EmptyState } from '../../../../ui/states.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function MembersPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'members.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const { tab, q } = await searchParams
  const search = typeof q === 'string' && q.trim() !== '' ? q.trim().slice(0, 254) : undefined
  const rights = { write: can(member.role, 'members.write'), owners: can(member.role, 'owners.write') }
  const showsInvites = tab === 'invites' && rights.write
  const { requestId } = await requestFacts()
  return (
    <MemberDialogs slug={tenant} organization={member.tenant.name} rights={rights}>
      <PageHeader title={text.title} actions={<InviteButton />} />
      <MembersBar
        current={showsInvites ? 'invites' : 'members'}
        openInvites={rights.write ? countInvites(member) : undefined}
      />
      <Part requestId={requestId} rows={6} columns={['w-48', 'w-24', 'w-24', 'w-24']}>
        {showsInvites ? <Invites member={member} /> : <Members member={member} search={search} />}
      </Part>
    </MemberDialogs>
  )
}

async function Invites({ member }: { readonly member: Member }) {
  const rows = await listInvites(member)
  if (rows.length > 0) return <InvitesTable rows={rows} />
  return (
    <EmptyState title={text.noInvites} actions={<InviteButton />}>
      {text.noInvitesHint}
    </EmptyState>
  )
}

async function Members({ member, search }: { readonly member: Member; readonly search: string | undefined }) {
  const { rows, total } = await listMembers(member, search)
  if (rows.length === 0) {
    return (
      <EmptyState
        title={text.filteredEmpty}
        actions={<LinkButton href={`/${member.tenant.slug}/members`}>{text.clear}</LinkButton>}
      />
    )
  }
  return (
    <>
      <MembersTable rows={rows} />
      {total === 1 && <EmptyState title={text.alone} actions={<InviteButton />} />}
    </>
  )
}
