'use client'

import { useRouter } from 'next/navigation'
import { createContext, type ReactNode, useContext, useState } from 'react'
import type { ActionFault, ActionResult } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { FormFault } from '../../ui/form.tsx'
import { count } from '../../ui/format.ts'
import { send } from '../../ui/send.ts'
import { focusRow } from '../../ui/use-list-keys.ts'
import { useWish } from '../../ui/use-wish.ts'
import { endOverlap, revokeKey, setKeyDisabled } from './actions.ts'
import { CreateKeyDialog } from './create-key-dialog.tsx'
import { EditKeyDialog } from './edit-key-dialog.tsx'
import { ExtendOverlapDialog } from './extend-overlap-dialog.tsx'
import { type KeyRow, usedWithin24h } from './key-row.ts'
import { RotateKeyDialog } from './rotate-key-dialog.tsx'
import { text } from './text.ts'

export type KeyRights = { readonly test: boolean; readonly live: boolean }

type Asked =
  | { readonly what: 'create' }
  | { readonly what: 'rotate' | 'edit' | 'revoke' | 'end' | 'extend'; readonly key: KeyRow }

type Dialogs = {
  readonly rights: KeyRights
  readonly slug: string
  ask(asked: Asked): void
  setDisabled(key: KeyRow, disabled: boolean): Promise<void>
}

const Context = createContext<Dialogs | undefined>(undefined)

export function useKeyDialogs(): Dialogs {
  const dialogs = useContext(Context)
  if (dialogs === undefined) throw new Error('outside of the host of the key dialogs')
  return dialogs
}

type Props = {
  readonly slug: string
  readonly ingestUrl: string
  readonly ownIp: string
  readonly rights: KeyRights
  readonly children: ReactNode
}

/** Hosts every dialog of keys outside of the list, so that a list that changes never takes a shown key away. */
export function KeyDialogs({ slug, ingestUrl, ownIp, rights, children }: Props) {
  const router = useRouter()
  const [asked, setAsked] = useState<Asked>()
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  const [refused, setRefused] = useState<{ readonly title: string; readonly fault: ActionFault }>()

  useWish('create', () => rights.test && setAsked({ what: 'create' }))

  function close(newKeyId?: string) {
    setAsked(undefined)
    setFault(undefined)
    router.refresh()
    if (newKeyId !== undefined) focusWhenThere(newKeyId)
  }

  /** In the list of all, wherever this was asked. */
  function show(id: string) {
    setAsked(undefined)
    router.push(`/${slug}/keys`)
    router.refresh()
    focusWhenThere(id)
  }

  async function run(action: () => Promise<ActionResult<null>>) {
    setPending(true)
    const result = await send(action)
    setPending(false)
    if (result.ok) close()
    else setFault(result)
  }

  const key = asked !== undefined && 'key' in asked ? asked.key : undefined
  const onOpenChange = (isOpen: boolean) => {
    if (!isOpen) close()
  }
  return (
    <Context
      value={{
        rights,
        slug,
        ask: (next) => {
          setFault(undefined)
          setAsked(next)
        },
        async setDisabled({ id, name }, disabled) {
          const result = await send(() => setKeyDisabled(slug, { id, disabled }))
          if (!result.ok)
            setRefused({ title: disabled ? text.notDisabled(name) : text.notEnabled(name), fault: result })
          router.refresh()
        },
      }}
    >
      {children}
      {asked?.what === 'create' && (
        <CreateKeyDialog slug={slug} ingestUrl={ingestUrl} ownIp={ownIp} rights={rights} onClose={close} />
      )}
      {asked?.what === 'rotate' && (
        <RotateKeyDialog slug={slug} ingestUrl={ingestUrl} old={asked.key} onClose={close} onShow={show} />
      )}
      {asked?.what === 'edit' && <EditKeyDialog slug={slug} ownIp={ownIp} old={asked.key} onClose={() => close()} />}
      {asked?.what === 'extend' && <ExtendOverlapDialog slug={slug} old={asked.key} onClose={() => close()} />}
      {refused !== undefined && (
        <Dialog isOpen onOpenChange={() => setRefused(undefined)} title={refused.title}>
          <DialogBody>
            <FormFault fault={refused.fault} />
          </DialogBody>
          <DialogFooter>
            <Button onClick={() => setRefused(undefined)}>{text.close}</Button>
          </DialogFooter>
        </Dialog>
      )}
      {key !== undefined && (
        <>
          <RevokeDialog
            isOpen={asked?.what === 'revoke'}
            row={key}
            fault={fault}
            isPending={isPending}
            onOpenChange={onOpenChange}
            onConfirm={() => run(() => revokeKey(slug, { id: key.id }))}
          />
          <ConfirmDialog
            isOpen={asked?.what === 'end'}
            onOpenChange={onOpenChange}
            title={text.endOverlapTitle}
            action={text.endOverlapButton}
            isPending={isPending}
            onConfirm={() => run(() => endOverlap(slug, { id: key.id }))}
          >
            <p>{text.endOverlapLead(key.display)}</p>
            <p>{text.everywhere}</p>
            <FormFault fault={fault} />
          </ConfirmDialog>
        </>
      )}
    </Context>
  )
}

type RevokeProps = {
  readonly isOpen: boolean
  readonly row: KeyRow
  readonly fault: ActionFault | undefined
  readonly isPending: boolean
  readonly onOpenChange: (isOpen: boolean) => void
  readonly onConfirm: () => void
}

function RevokeDialog({ isOpen, row, fault, isPending, onOpenChange, onConfirm }: RevokeProps) {
  const isUsed = usedWithin24h(row, new Date())
  const requests = row.usage.reduce((all, hour) => all + hour.accepted + hour.rejected, 0)
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      title={text.revokeTitle(row.name)}
      action={text.revokeButton}
      typed={isUsed ? row.name : undefined}
      isPending={isPending}
      onConfirm={onConfirm}
    >
      <p>{isUsed ? (requests > 0 ? text.revokeUsed(count(requests)) : text.revokeRecent) : text.revokeIdle}</p>
      <p>{text.everywhere}</p>
      <FormFault fault={fault} />
    </ConfirmDialog>
  )
}

const focusTries = 80

/** The new row comes with the refreshed list. */
function focusWhenThere(id: string, tries = focusTries): void {
  if (document.querySelector(`[data-key-row="${id}"]`) !== null) focusRow('data-key-row', id)
  else if (tries > 0) setTimeout(() => focusWhenThere(id, tries - 1), 50)
}
