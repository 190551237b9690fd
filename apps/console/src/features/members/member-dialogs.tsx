'use client'

import { useRouter } from 'next/navigation'
import { createContext, type ReactNode, useContext, useState } from 'react'
import type { ActionFault, ActionResult } from '../../ui/action-result.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { useWish } from '../../ui/use-wish.ts'
import { personWords } from '../../words/person.ts'
import { makeResetLink, renewInvite, revokeInvite, signOutEverywhere } from './actions.ts'
import { InviteDialog } from './invite-dialog.tsx'
import { LinksDialog, type ShownLink } from './links-dialog.tsx'
import type { InviteRow, MemberRights, MemberRow } from './member-row.ts'
import { RemoveDialog } from './remove-dialog.tsx'
import { RoleDialog, type RoleWish } from './role-dialog.tsx'
import { text } from './text.ts'

type Asked =
  | { readonly what: 'invite' }
  | { readonly what: 'remove' | 'leave' | 'reset' | 'sign-out'; readonly member: MemberRow }
  | { readonly what: 'renew' | 'revoke'; readonly invite: InviteRow }
  | { readonly what: 'role'; readonly wish: RoleWish }
  | { readonly what: 'links'; readonly lead: string; readonly links: readonly ShownLink[] }

type Dialogs = {
  readonly slug: string
  readonly rights: MemberRights
  ask(asked: Asked): void
}

const Context = createContext<Dialogs | undefined>(undefined)

export function useMemberDialogs(): Dialogs {
  const dialogs = useContext(Context)
  if (dialogs === undefined) throw new Error('outside of the host of the member dialogs')
  return dialogs
}

type Props = {
  readonly slug: string
  readonly organization: string
  readonly rights: MemberRights
  readonly children: ReactNode
}

/** Hosts every dialog of members outside of the lists, so that a list that changes takes no link away. */
export function MemberDialogs({ slug, organization, rights, children }: Props) {
  const router = useRouter()
  const [asked, setAsked] = useState<Asked>()
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()

  useWish('invite', () => rights.write && setAsked({ what: 'invite' }))

  function close() {
    setAsked(undefined)
    setFault(undefined)
    router.refresh()
  }

  async function run<Data>(action: () => Promise<ActionResult<Data>>, onDone: (data: Data) => void = close) {
    setPending(true)
    setFault(undefined)
    const result = await send(action)
    setPending(false)
    if (result.ok) onDone(result.data)
    else setFault(result)
  }

  const confirm = (what: Asked['what']) => ({
    isOpen: asked?.what === what,
    isPending,
    onOpenChange: (isOpen: boolean) => {
      if (!isOpen) close()
    },
  })
  const member = asked !== undefined && 'member' in asked ? asked.member : undefined
  const invite = asked !== undefined && 'invite' in asked ? asked.invite : undefined
  const email = member?.email ?? invite?.email ?? ''
  const who = member === undefined ? email : personWords(member)
  return (
    <Context
      value={{
        slug,
        rights,
        ask: (next) => {
          setFault(undefined)
          setAsked(next)
        },
      }}
    >
      {children}
      {asked?.what === 'invite' && <InviteDialog slug={slug} mayInviteOwners={rights.owners} onClose={close} />}
      {asked?.what === 'role' && <RoleDialog slug={slug} wish={asked.wish} onClose={close} />}
      {(asked?.what === 'remove' || asked?.what === 'leave') && (
        <RemoveDialog
          slug={slug}
          organization={organization}
          member={asked.member}
          isLeaving={asked.what === 'leave'}
          onClose={close}
          onLeft={() => router.replace('/')}
        />
      )}
      {asked?.what === 'links' && <LinksDialog lead={asked.lead} links={asked.links} onClose={close} />}
      <ConfirmDialog
        {...confirm('reset')}
        title={text.resetTitle}
        action={text.resetButton}
        isDanger={false}
        onConfirm={() =>
          member !== undefined &&
          void run(
            () => makeResetLink(slug, { userId: member.userId }),
            ({ url, expiresAt }) =>
              setAsked({ what: 'links', lead: text.resetLead(who), links: [{ email, url, expiresAt }] }),
          )
        }
      >
        <p>{text.resetLead(who)}</p>
        <FormFault fault={fault} />
      </ConfirmDialog>
      <ConfirmDialog
        {...confirm('renew')}
        title={text.renewTitle}
        action={text.renewTitle}
        isDanger={false}
        onConfirm={() =>
          invite !== undefined &&
          void run(
            () => renewInvite(slug, { id: invite.id }),
            (made) => setAsked({ what: 'links', lead: text.renewLead(email), links: [made] }),
          )
        }
      >
        <p>{text.renewLead(email)}</p>
        <FormFault fault={fault} />
      </ConfirmDialog>
      <ConfirmDialog
        {...confirm('sign-out')}
        title={text.signOutTitle(who)}
        action={text.signOutButton}
        onConfirm={() => member !== undefined && void run(() => signOutEverywhere(slug, { userId: member.userId }))}
      >
        <p>{text.signOutLead}</p>
        <FormFault fault={fault} />
      </ConfirmDialog>
      <ConfirmDialog
        {...confirm('revoke')}
        title={text.revokeInviteTitle(email)}
        action={text.revokeInviteButton}
        onConfirm={() => invite !== undefined && void run(() => revokeInvite(slug, { id: invite.id }))}
      >
        <p>{text.revokeInviteLead}</p>
        <FormFault fault={fault} />
      </ConfirmDialog>
    </Context>
  )
}
