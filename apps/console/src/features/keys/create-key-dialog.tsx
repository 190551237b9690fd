'use client'

import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { createKey } from './actions.ts'
import { type Expiry, ExpiryField } from './expiry-field.tsx'
import { IpsField, linesOf } from './ips-field.tsx'
import type { KeyRights } from './key-dialogs.tsx'
import { RevealKey } from './reveal-key.tsx'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly ingestUrl: string
  readonly ownIp: string
  readonly rights: KeyRights
  readonly onClose: (newKeyId?: string) => void
}

export function CreateKeyDialog({ slug, ingestUrl, ownIp, rights, onClose }: Props) {
  const [mode, setMode] = useState<'live' | 'test'>(rights.live ? 'live' : 'test')
  const [expiresAt, setExpiresAt] = useState<Expiry>(null)
  const [created, setCreated] = useState<{ readonly id: string; readonly key: string }>()
  // One per dialog: a repeated submit never makes a second key.
  const [operationId] = useState(() => crypto.randomUUID())
  const form = useForm(
    ({ name = '', allowedIps = '' }) =>
      createKey(slug, { name, mode, expiresAt, allowedIps: linesOf(allowedIps), operationId }),
    setCreated,
  )
  const isShown = created !== undefined
  return (
    <Dialog
      isOpen
      isHeld={isShown}
      onOpenChange={() => onClose()}
      title={isShown ? text.reveal.title : text.createTitle}
      description={isShown ? text.reveal.lead : text.scope}
    >
      {isShown ? (
        <RevealKey secret={created.key} ingestUrl={ingestUrl} onClose={() => onClose(created.id)} />
      ) : (
        <form onSubmit={form.onSubmit} noValidate className="contents">
          <DialogBody>
            <FormFault fault={form.fault} />
            <Field name="name" label={text.name} hint={text.nameHint} error={form.errors.name}>
              <Input maxLength={64} autoFocus required spellCheck={false} />
            </Field>
            <RadioGroup
              name="mode"
              label={text.mode}
              isRow
              value={mode}
              onChange={setMode}
              choices={[
                {
                  value: 'live',
                  label: text.live,
                  hint: text.liveHint,
                  disabledReason: rights.live ? undefined : 'admins only',
                },
                { value: 'test', label: text.test, hint: text.testHint },
              ]}
            />
            <ExpiryField label={text.expires} error={form.errors.expiresAt} onChange={setExpiresAt} />
            <IpsField error={form.errors.allowedIps} ownIp={ownIp} />
          </DialogBody>
          <DialogFooter>
            <Button onClick={() => onClose()}>Cancel</Button>
            <Button type="submit" kind="primary" isPending={form.isPending}>
              {text.createButton}
            </Button>
          </DialogFooter>
        </form>
      )}
    </Dialog>
  )
}
