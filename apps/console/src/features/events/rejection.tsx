'use client'

import Link from 'next/link'
import { useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button } from '../../ui/button.tsx'
import { FormFault } from '../../ui/form.tsx'
import { send } from '../../ui/send.ts'
import { Banner } from '../../ui/states.tsx'
import { setSourcePaused } from '../sources/actions.ts'
import { Evidence } from '../sources/evidence.tsx'
import { UseDecoding } from '../sources/use-decoding.tsx'
import { linkClass } from './event-facts.tsx'
import type { EventRow } from './event-row.ts'
import { issuesOf } from './problem.ts'
import type { EventView } from './queries.ts'
import { text } from './text.ts'

const words = text.detail

type Props = {
  readonly slug: string
  readonly facts: EventRow
  readonly view: EventView | undefined
  /** Shows a place of the kept body; absent where there is none to show. */
  readonly onPoint: ((pointer: string) => void) | undefined
  readonly onChanged: () => void
}

/** Why it was refused, and what mends it. */
export function Rejection({ slug, facts, view, onPoint, onChanged }: Props) {
  const issues = view === undefined ? [] : issuesOf(view)
  return (
    <Banner severity="bad" className="flex-col items-start gap-2 px-3 py-2.5">
      <span className="font-medium">
        {view?.reason && `${view.reason.title} · `}
        <code>{facts.reason}</code>
        {facts.status !== null && ` · HTTP ${facts.status}`}
      </span>
      {view?.diagnosis && (
        <span className="flex flex-col gap-1 text-fg">
          <span>
            <span className="font-medium">{words.diagnosis}: </span>
            {view.diagnosis.detail}
          </span>
          {view.diagnosis.decoding !== null && facts.source.id !== null && (
            <UseDecoding slug={slug} sourceId={facts.source.id} decoding={view.diagnosis.decoding} />
          )}
          <Evidence of={view.diagnosis.evidence} />
        </span>
      )}
      {view?.reason?.fix && !saysHowToFix(facts, view) && (
        <span className="text-fg">
          <span className="font-medium">{words.fix}: </span>
          {view.reason.fix}
        </span>
      )}
      {issues.length > 0 && (
        <ul className="m-0 list-none p-0 text-12 text-fg">
          {issues.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`}>
              {onPoint === undefined ? (
                <code className="mr-2 break-all">{pointer || '/'}</code>
              ) : (
                <button
                  type="button"
                  title={words.showPlace}
                  onClick={() => onPoint(pointer)}
                  className="mr-2 break-all rounded-[2px] font-mono text-accent-text underline underline-offset-2 hover:no-underline"
                >
                  {pointer || '/'}
                </button>
              )}
              {detail}
            </li>
          ))}
        </ul>
      )}
      <span className="flex flex-wrap items-center gap-3 empty:hidden">
        {view?.mayResume && facts.source.id !== null && (
          <Resume slug={slug} sourceId={facts.source.id} onDone={onChanged} />
        )}
        {view?.related?.event && (
          <Link href={`/${slug}/events/${view.related.event.eventId}`} prefetch={false} className={linkClass}>
            {words.openFirst}
          </Link>
        )}
        {facts.key !== null && (
          <Link href={`/${slug}/keys/${facts.key.id}`} prefetch={false} className={linkClass}>
            {words.openKey}
          </Link>
        )}
        {facts.source.id !== null && facts.reason !== 'source_deleted' && (
          <Link href={`/${slug}/sources/${facts.source.id}`} prefetch={false} className={linkClass}>
            {words.openSource}
          </Link>
        )}
      </span>
    </Banner>
  )
}

/** A diagnosis of a signature names what to change; the sentence for whoever knows nothing of the case may say otherwise. */
function saysHowToFix({ reason }: EventRow, { diagnosis }: EventView): boolean {
  return reason === 'signature_mismatch' && diagnosis !== null
}

function Resume({
  slug,
  sourceId,
  onDone,
}: {
  readonly slug: string
  readonly sourceId: string
  readonly onDone: () => void
}) {
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  async function resume() {
    setPending(true)
    const result = await send(() => setSourcePaused(slug, { id: sourceId, paused: false }))
    setPending(false)
    setFault(result.ok ? undefined : result)
    if (result.ok) onDone()
  }
  return (
    <>
      <Button size="small" isPending={isPending} onClick={() => void resume()}>
        {words.resume}
      </Button>
      <FormFault fault={fault} />
    </>
  )
}
