'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { DialogBody } from '../../ui/dialog-parts.tsx'
import { FormFault } from '../../ui/form.tsx'
import { relative } from '../../ui/format.ts'
import { send } from '../../ui/send.ts'
import { Banner, Section } from '../../ui/states.tsx'
import { Time, useNow } from '../../ui/time.tsx'
import { removeSecret } from './actions.ts'
import type { ProviderSheet } from './provider-sheet.ts'
import { SecretForm } from './secret-form.tsx'
import type { SecretRow, SourceRights } from './source-row.ts'
import { text } from './text.ts'

const { secrets } = text

type Props = {
  readonly slug: string
  readonly sourceId: string
  readonly provider: ProviderSheet
  readonly rows: readonly SecretRow[]
  readonly rights: SourceRights
}

export function SourceSecrets({ slug, sourceId, provider, rows, rights }: Props) {
  const router = useRouter()
  const [isAdding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<SecretRow>()
  const [warnings, setWarnings] = useState<readonly string[]>([])
  if (provider.secret.form === 'none') return <p className="text-fg-2">{text.adding.noSecret}</p>
  const denied = rights.secret ? undefined : text.needsSecret
  return (
    <Section
      title={text.tabs.secrets}
      actions={
        <Button size="small" disabledReason={denied} onClick={() => setAdding(true)}>
          {secrets.add}
        </Button>
      }
    >
      <p className="text-fg-2">{secrets.lead}</p>
      {warnings.map((warning) => (
        <Banner key={warning} severity="warn" className="mt-2">
          {warning}
        </Banner>
      ))}
      {rows.length === 0 ? (
        <p className="mt-3 text-warn-text">{provider.secret.isOptional ? text.adding.secretOptional : secrets.none}</p>
      ) : (
        <ul className="m-0 mt-2 flex list-none flex-col p-0">
          {rows.map((row, n) => (
            <li
              key={row.id}
              className="flex flex-wrap items-center gap-x-5 gap-y-1 border-line border-b py-2 last:border-b-0"
              data-secret-row={row.id}
            >
              <Labelled name={secrets.fingerprint}>
                <code>{row.fingerprint}</code>
              </Labelled>
              <Labelled name={secrets.addedAt}>
                <Time at={row.createdAt} as="date" />
                <span className="text-fg-3"> · {row.origin === 'learned' ? secrets.learned : row.createdBy}</span>
              </Labelled>
              <Labelled name={secrets.lastMatched}>
                {row.lastMatchedAt === null ? secrets.never : <Time at={row.lastMatchedAt} as="relative" />}
              </Labelled>
              <Button
                size="small"
                kind="quiet"
                className="ml-auto"
                disabledReason={denied}
                onClick={() => setRemoving(row)}
              >
                {n === 0 ? secrets.remove : secrets.removeOld}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <Dialog isOpen={isAdding} onOpenChange={setAdding} title={secrets.addTitle}>
        <DialogBody>
          <SecretForm
            slug={slug}
            sourceId={sourceId}
            secret={provider.secret}
            disabledReason={denied}
            submit={secrets.addButton}
            onSaved={(doubts) => {
              setWarnings(doubts)
              setAdding(false)
              router.refresh()
            }}
          />
        </DialogBody>
      </Dialog>
      {removing !== undefined && (
        <RemoveDialog
          slug={slug}
          sourceId={sourceId}
          row={removing}
          onClose={() => {
            setRemoving(undefined)
            router.refresh()
          }}
        />
      )}
    </Section>
  )
}

function Labelled({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <span className="flex flex-col">
      <span className="text-11 text-fg-3">{name}</span>
      <span>{children}</span>
    </span>
  )
}

function RemoveDialog({
  slug,
  sourceId,
  row,
  onClose,
}: {
  readonly slug: string
  readonly sourceId: string
  readonly row: SecretRow
  readonly onClose: () => void
}) {
  const now = useNow()
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  const last =
    row.lastMatchedAt === null || now === undefined ? secrets.never : relative(new Date(row.lastMatchedAt), now)

  async function remove() {
    setPending(true)
    const result = await send(() => removeSecret(slug, { id: sourceId, secretId: row.id }))
    setPending(false)
    if (result.ok) onClose()
    else setFault(result)
  }
  return (
    <ConfirmDialog
      isOpen
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose()
      }}
      title={secrets.removeTitle}
      action={secrets.removeButton}
      isPending={isPending}
      onConfirm={() => void remove()}
    >
      <p>
        {secrets.fingerprint} <code>{row.fingerprint}</code>
      </p>
      <p>{secrets.removeLead(last)}</p>
      <FormFault fault={fault} />
    </ConfirmDialog>
  )
}
