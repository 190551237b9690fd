'use client'

import type { Role } from '@eventmesh/db'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { cn } from '../../ui/class-names.ts'
import { FormFault } from '../../ui/form.tsx'
import { Select } from '../../ui/select.tsx'
import { send } from '../../ui/send.ts'
import { personWords } from '../../words/person.ts'
import { setRole } from './actions.ts'
import { useMemberDialogs } from './member-dialogs.tsx'
import type { MemberRow } from './member-row.ts'
import { roleText, text } from './text.ts'

const choices = ['owner', 'admin', 'developer', 'viewer'] as const

/** Applies at once; what wants a password, or takes one's own rights, asks first. */
export function RoleSelect({ member }: { readonly member: MemberRow }) {
  const router = useRouter()
  const { slug, rights, ask } = useMemberDialogs()
  const [wished, setWished] = useState<Role>()
  const [fault, setFault] = useState<ActionFault>()
  const isFixed = !rights.write || (member.role === 'owner' && !rights.owners) || member.isLastOwner
  if (isFixed) {
    return (
      <span
        className={cn('inline-flex h-7 items-center', rights.write && 'md:pl-2.5')}
        title={member.isLastOwner ? text.isLastOwner : undefined}
      >
        {roleText[member.role]}
      </span>
    )
  }

  async function change(role: Role) {
    if (role === member.role) return
    setFault(undefined)
    if (member.isSelf) {
      ask({ what: 'role', wish: { member, role, asks: 'own-role' } })
      return
    }
    setWished(role)
    const result = await send(() => setRole(slug, { userId: member.userId, role, from: member.role }))
    if (result.ok) router.refresh()
    else if (result.code === 'password_needed') ask({ what: 'role', wish: { member, role, asks: 'password' } })
    else setFault(result)
    setWished(undefined)
  }

  return (
    <span className="inline-flex flex-col">
      <Select
        name="role"
        label={text.roleOf(personWords(member))}
        className="h-7 w-32 border-line-strong"
        value={wished ?? member.role}
        onChange={(role) => void change(role)}
        choices={choices.map((value) => ({
          value,
          label: roleText[value],
          disabledReason: value === 'owner' && !rights.owners ? text.ownersOnly : undefined,
        }))}
      />
      <FormFault fault={fault} />
    </span>
  )
}
