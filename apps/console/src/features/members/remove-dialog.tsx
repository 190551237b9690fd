'use client'

import { useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { RadioGroup } from '../../ui/choice.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { personWords } from '../../words/person.ts'
import { leave, removeMember } from './actions.ts'
import type { MemberRow } from './member-row.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly organization: string
  readonly member: MemberRow
  readonly isLeaving: boolean
  readonly onClose: () => void
  readonly onLeft: () => void
}

export function RemoveDialog({ slug, organization, member, isLeaving, onClose, onLeft }: Props) {
  const [keys, setKeys] = useState<'keep' | 'revoke'>('keep')
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()

  async function confirm() {
    setPending(true)
    setFault(undefined)
    const result = await send(() => (isLeaving ? leave(slug, {}) : removeMember(slug, { userId: member.userId, keys })))
    setPending(false)
    if (!result.ok) setFault(result)
    else if (isLeaving) onLeft()
    else onClose()
  }

  return (
    <ConfirmDialog
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
      title={isLeaving ? text.leaveTitle(organization) : text.removeTitle(personWords(member))}
      action={isLeaving ? text.leaveButton : text.removeButton}
      typed={member.email}
      isPending={isPending}
      onConfirm={() => void confirm()}
    >
      <p>{isLeaving ? text.leaveLead : text.removeLead}</p>
      {!isLeaving && member.keys.length > 0 && (
        <>
          <RadioGroup
            name="keys"
            label={text.theirKeys(member.keys.length)}
            isRow
            value={keys}
            onChange={setKeys}
            choices={[
              { value: 'keep', label: text.keepKeys, hint: text.keepKeysHint },
              { value: 'revoke', label: text.revokeKeys, hint: text.revokeKeysHint },
            ]}
          />
          <ul className="m-0 flex max-h-40 list-none flex-col gap-1 overflow-y-auto p-0">
            {member.keys.map(({ id, name, display }) => (
              <li key={id} className="flex flex-wrap justify-between gap-x-3">
                <span className="min-w-0 truncate">{name}</span>
                <code>{display}</code>
              </li>
            ))}
          </ul>
        </>
      )}
      <FormFault fault={fault} />
    </ConfirmDialog>
  )
}
