'use client'

import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import type { ActionFault, ActionResult } from './action-result.ts'
import { Id } from './id.tsx'
import { send } from './send.ts'

export type FormState = {
  readonly isPending: boolean
  /** By field; with dots for nested ones. */
  readonly errors: Readonly<Record<string, string>>
  /** What is wrong with the whole, under no field. */
  readonly fault: ActionFault | undefined
}

/**
 * Sends a form's values to an action once at a time, shows its faults beside their fields and moves the focus to the
 * first of them. The values stay.
 */
export function useForm<Data>(
  run: (values: Readonly<Record<string, string>>) => Promise<ActionResult<Data>>,
  onDone: (data: Data) => void,
): FormState & { readonly onSubmit: (event: FormEvent<HTMLFormElement>) => void; readonly reset: () => void } {
  const [state, setState] = useState<FormState>({ isPending: false, errors: {}, fault: undefined })
  const isSending = useRef(false)

  async function submit(form: HTMLFormElement) {
    if (isSending.current) return
    isSending.current = true
    setState({ isPending: true, errors: {}, fault: undefined })
    const values = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
    const result = await send(() => run(values))
    isSending.current = false
    if (result.ok) {
      setState({ isPending: false, errors: {}, fault: undefined })
      onDone(result.data)
      return
    }
    const errors = result.fieldErrors ?? {}
    setState({ isPending: false, errors, fault: Object.keys(errors).length > 0 ? undefined : result })
    const first = [...form.elements].find(
      (element) => element instanceof HTMLElement && (element.getAttribute('name') ?? '') in errors,
    )
    if (first instanceof HTMLElement) first.focus()
  }

  return {
    ...state,
    reset: () => setState({ isPending: false, errors: {}, fault: undefined }),
    onSubmit: (event) => {
      event.preventDefault()
      void submit(event.currentTarget)
    },
  }
}

/** `children`: the way out, where a button is one. */
export function FormFault({
  fault,
  children,
}: {
  readonly fault: ActionFault | undefined
  readonly children?: ReactNode
}) {
  return (
    <div role="alert" className="empty:hidden">
      {fault !== undefined && (
        <div className="rounded-control bg-bad-soft px-3 py-2 text-13 text-bad-text">
          <p>
            {fault.message}
            <RequestId id={fault.requestId} />
          </p>
          {children}
        </div>
      )}
    </div>
  )
}

/** Nothing where no answer came that could have one: its id is empty. */
export function RequestId({ id }: { readonly id: string }): ReactNode {
  if (id === '') return null
  return (
    <span className="mt-1 flex flex-wrap items-center gap-x-1 text-12">
      Request <Id id={id} label="Copy request id" />
    </span>
  )
}
