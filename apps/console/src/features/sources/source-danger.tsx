'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ActionFault, ActionResult } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { FormFault } from '../../ui/form.tsx'
import { Prose } from '../../ui/prose.tsx'
import { send } from '../../ui/send.ts'
import { Section } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { deleteSource, setSourcePaused } from './actions.ts'
import type { ProviderSheet } from './provider-sheet.ts'
import type { SourceRights, SourceRow } from './source-row.ts'
import { text } from './text.ts'

const { danger } = text

type Props = {
  readonly slug: string
  readonly source: SourceRow
  readonly provider: ProviderSheet | undefined
  readonly rights: SourceRights
}

export function SourceDanger({ slug, source, provider, rights }: Props) {
  const router = useRouter()
  const [isDeleting, setDeleting] = useState(false)
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  const isPaused = source.pausedAt !== null

  async function run(change: () => Promise<ActionResult<null>>, onDone: () => void) {
    setPending(true)
    setFault(undefined)
    const result = await send(change)
    setPending(false)
    if (result.ok) onDone()
    else setFault(result)
  }

  return (
    <div className="flex max-w-[720px] flex-col gap-4">
      <Section title={isPaused ? danger.resume : danger.pause}>
        <div className="flex flex-col items-start gap-3">
          {source.pausedAt !== null && (
            <p className="text-warn-text">
              {danger.paused} <Time at={source.pausedAt} />.
            </p>
          )}
          <p className="text-fg-2">
            {danger.pauseLead}
            {provider !== undefined && <Prose text={` ${lossOf(provider)}`} />}
          </p>
          <Button
            isPending={isPending && !isDeleting}
            disabledReason={rights.write ? undefined : text.needsWrite}
            onClick={() =>
              void run(
                () => setSourcePaused(slug, { id: source.id, paused: !isPaused }),
                () => router.refresh(),
              )
            }
          >
            {isPaused ? danger.resume : danger.pause}
          </Button>
        </div>
      </Section>
      <Section title={danger.title}>
        <div className="flex flex-col items-start gap-3">
          <p className="text-fg-2">{danger.removeLead}</p>
          <Button
            kind="danger"
            disabledReason={rights.delete ? undefined : text.needsDelete}
            onClick={() => setDeleting(true)}
          >
            {danger.remove}
          </Button>
        </div>
      </Section>
      {!isDeleting && <FormFault fault={fault} />}
      <ConfirmDialog
        isOpen={isDeleting}
        onOpenChange={setDeleting}
        title={danger.removeTitle(source.name)}
        action={danger.removeButton}
        typed={source.name}
        isPending={isPending}
        onConfirm={() =>
          void run(
            () => deleteSource(slug, { id: source.id }),
            () => {
              router.push(`/${slug}/sources`)
              router.refresh()
            },
          )
        }
      >
        <p>{danger.removeLead}</p>
        <FormFault fault={fault} />
      </ConfirmDialog>
    </div>
  )
}

/** Where nobody sends again, a pause loses what comes meanwhile. */
function lossOf({ name, retry }: ProviderSheet): string {
  if (retry === 'none') return danger.lost(name)
  return /^none\b/.test(retry) ? `${danger.lost(name)} ${danger.retries(retry)}` : danger.retries(retry)
}
