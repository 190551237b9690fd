'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Field, PasswordInput } from '../../ui/field.tsx'
import { FormFault, useForm } from '../../ui/form.tsx'
import { signedOutEvent } from '../../ui/send.ts'
import { Banner } from '../../ui/states.tsx'
import { signInAgain } from './actions.ts'
import { text } from './text.ts'

const noticeMs = 120_000
// The longest that a timer can wait.
const waitMsMax = 2 ** 31 - 1

/**
 * Over the page when a session is over: signing in again leaves what was typed where it is. Two minutes before an end
 * that is known it is announced.
 */
export function SessionEnded({ email, endsAt }: { readonly email: string; readonly endsAt: string }) {
  const [isOpen, setOpen] = useState(false)
  const [isNear, setNear] = useState(false)
  useEffect(() => {
    const ended = () => setOpen(true)
    window.addEventListener(signedOutEvent, ended)
    return () => window.removeEventListener(signedOutEvent, ended)
  }, [])
  useEffect(() => {
    setNear(false)
    const waitMs = new Date(endsAt).getTime() - noticeMs - Date.now()
    if (waitMs > waitMsMax) return
    const timer = setTimeout(() => setNear(true), Math.max(0, waitMs))
    return () => clearTimeout(timer)
  }, [endsAt])

  return (
    <>
      <div role="status" className="fixed right-4 bottom-4 z-30 max-w-[calc(100%-2rem)]">
        {isNear && !isOpen && (
          <Banner severity="warn" className="shadow-popover">
            {text.ended.near}
            <Button size="small" onClick={() => setOpen(true)}>
              {text.ended.button}
            </Button>
          </Banner>
        )}
      </div>
      {isOpen && <SignInAgain email={email} onDone={() => setOpen(false)} />}
    </>
  )
}

function SignInAgain({ email, onDone }: { readonly email: string; readonly onDone: () => void }) {
  const router = useRouter()
  const form = useForm(
    (values) => signInAgain({ ...values, email }),
    () => {
      onDone()
      router.refresh()
    },
  )
  return (
    <Dialog isOpen onOpenChange={onDone} title={text.ended.title} description={text.ended.lead(email)}>
      <form onSubmit={form.onSubmit} noValidate className="contents">
        <DialogBody>
          <FormFault fault={form.fault} />
          <input type="text" name="username" autoComplete="username" defaultValue={email} readOnly hidden />
          <Field name="password" label={text.ended.password} error={form.errors.password}>
            <PasswordInput autoComplete="current-password" autoFocus required />
          </Field>
        </DialogBody>
        <DialogFooter>
          <Button onClick={() => router.push('/sign-in')}>{text.ended.other}</Button>
          <Button type="submit" kind="primary" isPending={form.isPending}>
            {text.ended.button}
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  )
}
