'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { updateKey } from './actions.ts'
import { type Expiry, ExpiryField } from './expiry-field.tsx'
import { IpsField, linesOf } from './ips-field.tsx'
import type { KeyRow } from './key-row.ts'
import { text } from './text.ts'

type Props = { readonly slug: string; readonly ownIp: string; readonly old: KeyRow; readonly onClose: () => void }

export function EditKeyDialog({ slug, ownIp, old, onClose }: Props) {
  const [expiresAt, setExpiresAt] = useState<Expiry>(old.expiresAt)
  const form = useForm(
    ({ name = '', allowedIps = '' }) =>
      updateKey(slug, { id: old.id, name, expiresAt, allowedIps: linesOf(allowedIps) }),
    onClose,
  )
  return (
    <Dialog isOpen onOpenChange={onClose} title={text.editTitle} description={<code>{old.display}</code>}>
      <form onSubmit={form.onSubmit} noValidate className="contents">
        <DialogBody>
          <FormFault fault={form.fault} />
          <Field name="name" label={text.name} error={form.errors.name}>
            <Input maxLength={64} defaultValue={old.name} autoFocus required spellCheck={false} />
          </Field>
          <ExpiryField
            label={text.expires}
            error={form.errors.expiresAt}
            current={old.expiresAt}
            onChange={setExpiresAt}
          />
          <IpsField error={form.errors.allowedIps} ownIp={ownIp} initial={old.allowedIps} />
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="submit" kind="primary" isPending={form.isPending}>
            {text.save}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
