'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import type { ReactNode } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody } from '../../ui/dialog-parts.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { Id } from '../../ui/id.tsx'
import { Time } from '../../ui/time.tsx'
import { did, text } from './text.ts'

export type Entry = {
  readonly occurredAt: string
  readonly actor: string
  readonly actorKind: string
  readonly action: string
  readonly target: string
  readonly targetId: string
  readonly ip: string | null
  readonly requestId: string | null
  readonly sessionId: string | null
}

/** One entry whole; `children`: what it changed. Its id is in the address, so that the view can be sent to somebody. */
export function EntryDialog({ entry, children }: { readonly entry: Entry; readonly children: ReactNode }) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  function close() {
    const next = new URLSearchParams(params)
    next.delete('selected')
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={text.entry}
      description={`${entry.actor} ${did(entry.action)} ${entry.target}`}
      className="sm:w-[560px]"
    >
      <DialogBody>
        <Facts>
          <Fact label={text.time}>
            <Time at={entry.occurredAt} />
          </Fact>
          <Fact label={text.actor}>
            {entry.actor} <span className="text-fg-3">{entry.actorKind}</span>
          </Fact>
          <Fact label={text.action}>
            <code>{entry.action}</code>
          </Fact>
          <Fact label={text.target}>{entry.target}</Fact>
          <Fact label={text.targetId}>
            <Id id={entry.targetId} label={text.copyTargetId} />
          </Fact>
          <Fact label={text.changes}>{children}</Fact>
          <Fact label={text.ip}>{entry.ip === null ? text.nothing : <code>{entry.ip}</code>}</Fact>
          <Fact label={text.requestId}>
            {entry.requestId === null ? text.nothing : <Id id={entry.requestId} label={text.copyRequestId} />}
          </Fact>
          <Fact label={text.sessionId}>
            {entry.sessionId === null ? text.nothing : <Id id={entry.sessionId} label={text.copySessionId} />}
          </Fact>
        </Facts>
      </DialogBody>
    </Dialog>
  )
}
