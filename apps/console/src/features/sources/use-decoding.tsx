'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { setDecoding } from './actions.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly sourceId: string
  /** With which the secret matched, by a diagnosis. */
  readonly decoding: string
  /** The source is set to it already. */
  readonly isUsed?: boolean
  readonly disabledReason?: string | undefined
}

/** Mends a source whose secret is right, but read in another way than its sender reads it. */
export function UseDecoding({ slug, sourceId, decoding, isUsed = false, disabledReason }: Props) {
  const router = useRouter()
  const [isPending, setPending] = useState(false)
  const [isDone, setDone] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  async function use() {
    setPending(true)
    const result = await send(() => setDecoding(slug, { id: sourceId, decoding }))
    setPending(false)
    setFault(result.ok ? undefined : result)
    setDone(result.ok)
    if (result.ok) router.refresh()
  }
  if (isUsed && !isDone) return null
  return (
    <span className="flex flex-col items-start gap-2">
      {!isDone && (
        <Button size="small" isPending={isPending} disabledReason={disabledReason} onClick={() => void use()}>
          {text.testing.use(decoding)}
        </Button>
      )}
      <span role="status" className="text-fg-2 empty:hidden">
        {isDone ? text.testing.isUsed(decoding) : ''}
      </span>
      <FormFault fault={fault} />
    </span>
  )
}
