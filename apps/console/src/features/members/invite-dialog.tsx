'use client'

import type { Role } from '@eventmesh/db'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, PasswordInput, Textarea } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { type InvitesMade, inviteMembers } from './actions.ts'
import { LinkList } from './links-dialog.tsx'
import { roleHint, roleText, text } from './text.ts'

type Props = { readonly slug: string; readonly mayInviteOwners: boolean; readonly onClose: () => void }

/** Two steps in one frame: whom and as what, then their links. */
export function InviteDialog({ slug, mayInviteOwners, onClose }: Props) {
  const [role, setRole] = useState<Role>('developer')
  const [made, setMade] = useState<InvitesMade>()
  const form = useForm((values) => inviteMembers(slug, { emails: '', ...values, role }), setMade)
  const needsPassword = role === 'owner' && form.errors.password !== undefined
  if (made !== undefined) {
    return (
      <Dialog isOpen isHeld onOpenChange={onClose} title={text.linksTitle} description={text.inviteLead}>
        <LinkList links={made.links} refused={made.refused} onClose={onClose} />
      </Dialog>
    )
  }
  return (
    <Dialog isOpen onOpenChange={onClose} title={text.inviteTitle} description={text.inviteLead}>
      <form onSubmit={form.onSubmit} noValidate className="contents">
        <DialogBody>
          <FormFault fault={form.fault} />
          <Field name="emails" label={text.emails} hint={text.emailsHint} error={form.errors.emails}>
            <Textarea rows={3} autoFocus autoCapitalize="none" inputMode="email" />
          </Field>
          <RadioGroup
            name="role"
            label={text.role}
            value={role}
            onChange={setRole}
            choices={(['viewer', 'developer', 'admin', 'owner'] as const).map((value) => ({
              value,
              label: roleText[value],
              hint: roleHint[value],
              disabledReason: value === 'owner' && !mayInviteOwners ? text.ownersOnly : undefined,
            }))}
          />
          {needsPassword && (
            <Field name="password" label={text.password} hint={text.inviteOwnerLead} error={form.errors.password}>
              <PasswordInput autoComplete="current-password" />
            </Field>
          )}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" kind="primary" isPending={form.isPending}>
            {text.inviteButton}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
