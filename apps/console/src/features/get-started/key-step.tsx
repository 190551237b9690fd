'use client'

import { useEffect, useRef, useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { createFirstKey } from './actions.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly earlier: { readonly display: string; readonly createdAt: string } | undefined
  readonly secret: string | undefined
  /** Undefined: it could not be made, which is said here. */
  readonly onMade: (secret: string | undefined) => void
}

/** The first visit makes the key; a reload finds it made and cannot show it again. */
export function KeyStep({ slug, earlier, secret, onMade }: Props) {
  const [fault, setFault] = useState<ActionFault>()
  const [isPending, setPending] = useState(false)
  const hasBegun = useRef(false)

  async function create() {
    setPending(true)
    setFault(undefined)
    const result = await send(() => createFirstKey(slug, { operationId: crypto.randomUUID() }))
    setPending(false)
    if (!result.ok) setFault(result)
    onMade(result.ok ? result.data.key : undefined)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, on the first visit.
  useEffect(() => {
    if (earlier !== undefined || hasBegun.current) return
    hasBegun.current = true
    void create()
  }, [])

  if (secret !== undefined) {
    return (
      <div className="flex flex-col gap-2">
        <ShownOnce text={secret} label={text.key.title} />
        <span className="flex flex-wrap items-center gap-3">
          <CopyButton text={secret} label={text.key.copy} isSticky className="max-sm:w-full" />
          <CopyButton
            text={`EVENTMESH_API_KEY=${secret}`}
            label={text.key.copyEnv}
            isSticky
            className="max-sm:w-full"
          />
          <span className="text-12 text-fg-3">{text.key.shown}</span>
        </span>
      </div>
    )
  }
  if (fault !== undefined) {
    return (
      <div className="flex flex-col items-start gap-2">
        <FormFault fault={fault} />
        <Button onClick={() => void create()}>{text.key.retry}</Button>
      </div>
    )
  }
  if (earlier === undefined) {
    return (
      <div role="status" className="flex h-10 items-center">
        <span className="sr-only">{text.key.creating}</span>
        <Skeleton className="h-4 w-80" />
      </div>
    )
  }
  return (
    <p className="flex flex-wrap items-center gap-x-3 gap-y-2 text-fg-2">
      <span>
        {text.key.created(earlier.display)} <Time at={earlier.createdAt} as="relative" />. {text.key.hash}
      </span>
      <Button size="small" isPending={isPending} onClick={() => void create()}>
        {text.key.another}
      </Button>
    </p>
  )
}
