import { invites, users } from '@eventmesh/db'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Heading } from '../../../../features/access/heading.tsx'
import { InviteForm } from '../../../../features/access/invite-form.tsx'
import { SignOutButton } from '../../../../features/access/sign-out-button.tsx'
import { SpentLink } from '../../../../features/access/spent-link.tsx'
import { text } from '../../../../features/access/text.ts'
import { database } from '../../../../server/database.ts'
import { currentUser } from '../../../../server/session.ts'

export const metadata: Metadata = { title: text.invite.page }

export default async function InvitePage({ params }: { readonly params: Promise<{ readonly token: string }> }) {
  const { token } = await params
  const found = await invites.find(database(), token)
  if (found.state !== 'open') {
    const by = found.invite?.invitedBy
    const reason = found.state === 'expired' && by !== undefined ? text.invite.expired(by) : text[found.state]
    return <SpentLink title={text.invite.page} reason={reason} />
  }
  const { invite } = found
  const user = await currentUser()
  const here = `/invite/${token}`
  if (user === undefined && (await users.findByEmail(database(), invite.email)) !== undefined) {
    redirect(`/sign-in?next=${encodeURIComponent(here)}`)
  }
  const title = text.invite.title(invite.organization)
  if (user !== undefined && user.email !== invite.email) {
    return (
      <>
        <Heading title={title}>{text.invite.otherPerson(invite.email)}</Heading>
        <div className="mt-6">
          <SignOutButton next={here} />
        </div>
      </>
    )
  }
  return (
    <>
      <Heading title={title}>{text.invite.lead(invite.invitedBy, invite.role)}</Heading>
      <InviteForm token={token} isSignedIn={user !== undefined} />
    </>
  )
}
