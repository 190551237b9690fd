'use client'

import { Ellipsis } from 'lucide-react'
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx'
import { personWords } from '../../words/person.ts'
import { useMemberDialogs } from './member-dialogs.tsx'
import type { InviteRow, MemberRow } from './member-row.ts'
import { text } from './text.ts'

export function MemberMenu({ member }: { readonly member: MemberRow }) {
  const { rights, ask } = useMemberDialogs()
  const { isSelf, isLastOwner, role } = member
  const lastOwner = isLastOwner ? text.isLastOwner : undefined
  if (!rights.write && !isSelf) return null
  const denied = rights.write ? (role === 'owner' && !rights.owners ? text.needsOwner : undefined) : text.needsAdmin
  return (
    <Menu trigger={<Dots label={text.menu(personWords(member))} />}>
      {rights.write && (
        <>
          <MenuItem disabledReason={denied} onClick={() => ask({ what: 'reset', member })}>
            {text.resetLink}
          </MenuItem>
          <MenuItem disabledReason={denied} onClick={() => ask({ what: 'sign-out', member })}>
            {text.signOut}
          </MenuItem>
          <MenuSeparator />
        </>
      )}
      {isSelf ? (
        <MenuItem isDanger disabledReason={lastOwner} onClick={() => ask({ what: 'leave', member })}>
          {text.leave}
        </MenuItem>
      ) : (
        <MenuItem isDanger disabledReason={denied ?? lastOwner} onClick={() => ask({ what: 'remove', member })}>
          {text.remove}
        </MenuItem>
      )}
    </Menu>
  )
}

export function InviteMenu({ invite }: { readonly invite: InviteRow }) {
  const { rights, ask } = useMemberDialogs()
  const denied = invite.role === 'owner' && !rights.owners ? text.needsOwner : undefined
  return (
    <Menu trigger={<Dots label={text.menu(invite.email)} />}>
      <MenuItem disabledReason={denied} onClick={() => ask({ what: 'renew', invite })}>
        {text.renew}
      </MenuItem>
      <MenuSeparator />
      <MenuItem isDanger disabledReason={denied} onClick={() => ask({ what: 'revoke', invite })}>
        {text.revokeInvite}
      </MenuItem>
    </Menu>
  )
}

function Dots({ label, ...rest }: { readonly label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      data-row-menu
      className="grid size-7 place-items-center rounded-control text-fg-3 hover:bg-hover hover:text-fg data-popup-open:bg-hover pointer-coarse:size-11"
    >
      <Ellipsis aria-hidden size={15} />
    </button>
  )
}
