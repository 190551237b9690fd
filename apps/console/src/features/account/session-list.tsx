'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import type { ActionFault, ActionResult } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { Section } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { revokeSession, signOutOthers } from './actions.ts'
import type { SessionRow } from './session-row.ts'
import { text } from './text.ts'

export function SessionList({ sessions }: { readonly sessions: readonly SessionRow[] }) {
  const words = text.sessions
  const router = useRouter()
  const [busy, setBusy] = useState<string>()
  const [fault, setFault] = useState<ActionFault>()
  const hasOthers = sessions.some(({ isCurrent }) => !isCurrent)

  async function run<Data>(what: string, action: () => Promise<ActionResult<Data>>) {
    setBusy(what)
    setFault(undefined)
    const result = await send(action)
    setBusy(undefined)
    if (!result.ok) setFault(result)
    router.refresh()
  }

  return (
    <Section
      title={words.title}
      actions={
        <Button
          size="small"
          isPending={busy === 'others'}
          disabledReason={hasOthers ? undefined : words.none}
          onClick={() => void run('others', () => signOutOthers({}))}
        >
          {words.others}
        </Button>
      }
    >
      <ul className="m-0 flex list-none flex-col p-0">
        {sessions.map((session) => (
          <li
            key={session.id}
            className="flex min-h-12 items-center justify-between gap-3 border-line border-t py-2 first:border-t-0"
          >
            <span className="flex min-w-0 flex-col">
              <span className="flex flex-wrap items-center gap-x-2">
                <span className="font-medium">{session.device}</span>
                {session.isCurrent && (
                  <span className="rounded-[4px] bg-hover px-1.5 text-12 text-fg-2">{words.current}</span>
                )}
              </span>
              <span className="flex flex-wrap gap-x-3 text-12 text-fg-2">
                {session.ip !== null && <code className="break-all">{session.ip}</code>}
                <span>
                  {words.lastSeen} <Time at={session.lastSeenAt} as="relative" />
                </span>
                <span>
                  {words.since} <Time at={session.createdAt} as="date" />
                </span>
              </span>
            </span>
            {!session.isCurrent && (
              <Button
                size="small"
                aria-label={words.revokeLabel(session.device)}
                isPending={busy === session.id}
                onClick={() => void run(session.id, () => revokeSession({ id: session.id }))}
              >
                {words.revoke}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <FormFault fault={fault} />
    </Section>
  )
}
