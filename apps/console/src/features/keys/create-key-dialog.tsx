'use client'

import { useRef, useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { RadioGroup } from '../../ui/choice.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { createKey, revokeKey } from './actions.ts'
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
  const operationId = useRef<string>(null)
  operationId.current ??= crypto.randomUUID()
  const fields = useRef<HTMLFormElement>(null)
  const [isRevoking, setRevoking] = useState(false)
  const [notRevoked, setNotRevoked] = useState<ActionFault>()
  const form = useForm(
    ({ name = '', allowedIps = '' }) =>
      createKey(slug, { name, mode, expiresAt, allowedIps: linesOf(allowedIps), operationId: operationId.current }),
    setCreated,
  )
  const unseen = form.fault?.code === 'already_created' ? form.fault.subject : undefined

  async function createAnother(id: string) {
    setRevoking(true)
    const revoked = await send(() => revokeKey(slug, { id }))
    setRevoking(false)
    setNotRevoked(revoked.ok ? undefined : revoked)
    if (!revoked.ok) return
    operationId.current = crypto.randomUUID()
    fields.current?.requestSubmit()
  }

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
        <form ref={fields} onSubmit={form.onSubmit} noValidate className="contents">
          <DialogBody>
            <FormFault fault={notRevoked ?? form.fault}>
              {unseen !== undefined && (
                <Button size="small" className="mt-2" isPending={isRevoking} onClick={() => void createAnother(unseen)}>
                  {text.revokeAndCreate}
                </Button>
              )}
            </FormFault>
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
                  disabledReason: rights.live ? undefined : text.adminsOnly,
                },
                { value: 'test', label: text.test, hint: text.testHint },
              ]}
            />
            <ExpiryField label={text.expires} error={form.errors.expiresAt} onChange={setExpiresAt} />
            <IpsField error={form.errors.allowedIps} ownIp={ownIp} />
          </DialogBody>
          <DialogFooter>
            <Button onClick={() => onClose()}>{text.cancel}</Button>
            <Button type="submit" kind="primary" isPending={form.isPending}>
              {text.createButton}
            </Button>
          </DialogFooter>
        </form>
      )}
    </Dialog>
  )
}
