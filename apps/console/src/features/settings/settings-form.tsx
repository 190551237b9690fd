'use client'

import type { TenantForm } from '@eventmesh/db'
import { useRouter } from 'next/navigation'
import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { saveSettings } from './actions.ts'
import { text } from './text.ts'
import { useSaveKey } from './use-save-key.ts'
import { useUnsavedGuard } from './use-unsaved-guard.ts'

export type Draft<Values> = {
  readonly values: Values
  readonly errors: Readonly<Record<string, string>>
  readonly change: (change: Partial<Values>) => void
}

type Props<Values> = {
  readonly slug: string
  /** What the server showed. */
  readonly initial: Values
  readonly children: (draft: Draft<Values>) => ReactNode
}

/** A section: its bar appears with the first change and saves the whole of it; a lost race keeps what was typed. */
export function SettingsForm<Values extends Partial<TenantForm>>({ slug, initial, children }: Props<Values>) {
  const router = useRouter()
  const [shown, setShown] = useState(initial)
  const [values, setValues] = useState(initial)
  const [isPending, setPending] = useState(false)
  const [isSaved, setSaved] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  const form = useRef<HTMLFormElement>(null)
  const isDirty = !isSame(values, shown)
  useUnsavedGuard(isDirty)
  useSaveKey(() => isDirty && form.current?.requestSubmit())

  async function save(event: FormEvent) {
    event.preventDefault()
    if (isPending || !isDirty) return
    setPending(true)
    setFault(undefined)
    const result = await send(() => saveSettings(slug, { from: shown, to: values }))
    setPending(false)
    if (!result.ok) {
      setFault(result)
      return
    }
    setShown(values)
    setSaved(true)
    if (result.data.slug !== slug) router.replace(`/${result.data.slug}/settings/general`)
    else router.refresh()
  }

  const errors = fieldErrorsOf(fault)
  return (
    <form ref={form} onSubmit={(event) => void save(event)} noValidate className="flex flex-col gap-6">
      {children({
        values,
        errors,
        change: (change) => {
          setSaved(false)
          setValues({ ...values, ...change })
        },
      })}
      <div
        className={
          isDirty || isSaved || fault !== undefined
            ? 'sticky bottom-0 z-[5] -mx-4 flex flex-col gap-2 border-line border-t bg-bg px-4 py-3'
            : 'sr-only'
        }
      >
        <FormFault fault={fault !== undefined && Object.keys(errors).length === 0 ? withoutId(fault) : undefined} />
        <div className="flex flex-wrap items-center gap-2">
          <span role="status" className="mr-auto text-fg-2">
            {isDirty ? text.unsaved : isSaved ? text.saved : ''}
          </span>
          {fault?.code === 'conflict' && <Button onClick={() => window.location.reload()}>{text.reload}</Button>}
          {isDirty && (
            <>
              <Button
                onClick={() => {
                  setValues(shown)
                  setFault(undefined)
                }}
              >
                {text.discard}
              </Button>
              <Button type="submit" kind="primary" isPending={isPending}>
                {text.save}
              </Button>
            </>
          )}
        </div>
      </div>
    </form>
  )
}

/** A conflict is nobody's fault that an id would help to find. */
function withoutId(fault: ActionFault): ActionFault {
  return fault.code === 'conflict' ? { ...fault, requestId: '' } : fault
}

/** Of what was to be saved: `to.name` is the field `name`. */
function fieldErrorsOf(fault: ActionFault | undefined): Readonly<Record<string, string>> {
  const given = Object.entries(fault?.fieldErrors ?? {})
  return Object.fromEntries(given.map(([field, message]) => [field.replace(/^to\./, ''), message]))
}

function isSame(one: object, other: object): boolean {
  const before = new Map<string, unknown>(Object.entries(other))
  return Object.entries(one).every(([field, value]) => Object.is(value, before.get(field)))
}
