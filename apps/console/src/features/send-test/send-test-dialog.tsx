'use client'

import { useState } from 'react'
import type { TestAnswer } from '../../server/test-event.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, Input, Textarea } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { StatusMark } from '../../ui/status.tsx'
import { useWish } from '../../ui/use-wish.ts'
import { sendTest } from './actions.ts'
import { text } from './text.ts'
import { useKnownTypes } from './use-known-types.ts'

type Props = {
  readonly slug: string
  readonly disabledReason?: string | undefined
  readonly onSent?: () => void
}

const example = '{\n  "order_id": 8842,\n  "total": "129.00"\n}'

export function SendTestButton({ slug, disabledReason, onSent }: Props) {
  const [isOpen, setOpen] = useState(false)
  useWish('send-test', () => disabledReason === undefined && setOpen(true))
  return (
    <>
      <Button size="small" disabledReason={disabledReason} onClick={() => setOpen(true)}>
        {text.open}
      </Button>
      {isOpen && <SendTestDialog slug={slug} onSent={onSent} onClose={() => setOpen(false)} />}
    </>
  )
}

function SendTestDialog({
  slug,
  onSent,
  onClose,
}: {
  readonly slug: string
  readonly onSent: (() => void) | undefined
  readonly onClose: () => void
}) {
  const types = useKnownTypes(slug)
  const [answer, setAnswer] = useState<TestAnswer>()
  const [key, setKey] = useState(() => crypto.randomUUID())
  const form = useForm(
    ({ eventType = '', payload = '' }) => sendTest(slug, { eventType, payload, idempotencyKey: key }),
    (received) => {
      setAnswer(received)
      onSent?.()
    },
  )
  const isTaken = answer !== undefined && answer.status < 300
  return (
    <Dialog isOpen onOpenChange={onClose} title={text.title} description={text.lead}>
      <form onSubmit={form.onSubmit} noValidate className="contents">
        <DialogBody>
          <FormFault fault={form.fault} />
          <Field name="eventType" label={text.type} error={form.errors.eventType}>
            <Input defaultValue="order.created" list="known-types" spellCheck={false} className="font-mono text-12" />
          </Field>
          <datalist id="known-types">
            {types.map((type) => (
              <option key={type} value={type} />
            ))}
          </datalist>
          <Field name="payload" label={text.payload} hint={text.payloadHint} error={form.errors.payload}>
            <Textarea rows={6} defaultValue={example} />
          </Field>
          <Field name="idempotencyKey" label={text.key} hint={text.keyHint}>
            <div className="flex gap-2">
              <Input
                value={key}
                onChange={(event) => setKey(event.currentTarget.value)}
                spellCheck={false}
                className="font-mono text-12"
              />
              <Button onClick={() => setKey(crypto.randomUUID())}>{text.newKey}</Button>
            </div>
          </Field>
          {answer !== undefined && (
            <div className="flex flex-col gap-2">
              <span role="status" className="flex items-center justify-between gap-3">
                <StatusMark severity={isTaken ? 'ok' : 'bad'} label={`${text.answer} ${answer.status}`} />
                {isTaken && answer.eventId !== null && (
                  <LinkButton size="small" href={`/${slug}/events/${answer.eventId}`}>
                    {text.openEvent}
                  </LinkButton>
                )}
              </span>
              <JsonView text={answer.body} label={text.answer} />
            </div>
          )}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>{text.close}</Button>
          <Button type="submit" kind="primary" isPending={form.isPending}>
            {answer === undefined ? text.send : text.again}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
