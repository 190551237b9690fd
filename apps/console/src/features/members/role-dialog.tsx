'use client'

import type { Role } from '@eventmesh/db'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { personWords } from '../../words/person.ts'
import { setRole } from './actions.ts'
import type { MemberRow } from './member-row.ts'
import { roleText, text } from './text.ts'

export type RoleWish = { readonly member: MemberRow; readonly role: Role; readonly asks: 'password' | 'own-role' }

/** Before a change of role that wants a password, or that takes rights from the one who makes it. */
export function RoleDialog({
  slug,
  wish,
  onClose,
}: {
  readonly slug: string
  readonly wish: RoleWish
  readonly onClose: () => void
}) {
  const { member, role } = wish
  const asksPassword = wish.asks === 'password'
  const form = useForm(
    (values) => setRole(slug, { ...values, userId: member.userId, role, from: member.role }),
    onClose,
  )
  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={asksPassword ? text.makeOwnerTitle(personWords(member)) : text.ownRoleTitle(roleText[role])}
      description={asksPassword ? text.makeOwnerLead : text.ownRoleLead}
    >
      <form onSubmit={form.onSubmit} noValidate className="contents">
        <DialogBody className={asksPassword || form.fault !== undefined ? '' : 'hidden'}>
          <FormFault fault={form.fault} />
          {asksPassword && (
            <Field name="password" label={text.password} error={form.errors.password}>
              <PasswordInput autoComplete="current-password" autoFocus required />
            </Field>
          )}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" kind={asksPassword ? 'primary' : 'danger'} isPending={form.isPending}>
            {asksPassword ? text.makeOwnerButton : text.ownRoleButton}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
