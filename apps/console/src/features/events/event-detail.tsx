'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { LinkButton } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { bytes } from '../../ui/format.ts'
import { Id } from '../../ui/id.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Skeleton } from '../../ui/states.tsx'
import { StatusMark } from '../../ui/status.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Time } from '../../ui/time.tsx'
import { outcomeSeverity, outcomeText } from '../../words/outcomes.ts'
import { BodyPart, BodySkeleton } from './body-part.tsx'
import { CopyMenu } from './copy-menu.tsx'
import { curlOf } from './curl-of.ts'
import { inTabOrder } from './detail-tabs.ts'
import { FactList, linkClass } from './event-facts.tsx'
import { type EventRow, rowId } from './event-row.ts'
import { KeptHeaders } from './kept-headers.tsx'
import { issuesOf } from './problem.ts'
import type { EventView } from './queries.ts'
import { Rejection } from './rejection.tsx'
import { Related } from './related.tsx'
import { text } from './text.ts'
import { Timeline } from './timeline.tsx'
import { stepsOf } from './timeline-steps.ts'
import { useDetailTab } from './use-detail-tab.ts'

type Props = {
  readonly slug: string
  readonly facts: EventRow
  /** Not there yet: the facts alone are known. */
  readonly view: EventView | undefined
  /** In place of what could not be loaded. */
  readonly fault?: ReactNode
  /** What it tells of was changed here. */
  readonly onChanged?: () => void
}

const words = text.detail

/** The panel and the page share it. */
export function EventDetailView({ slug, facts, view, fault, onChanged }: Props) {
  const router = useRouter()
  const id = facts.eventId ?? rowId(facts)
  // Another object each time, as one may ask twice for the same place.
  const [pointed, setPointed] = useState<{ readonly pointer: string }>()
  const parts = view === undefined ? [] : tabs(slug, view, pointed)
  const { tab, showTab } = useDetailTab(parts.map(({ value }) => value))
  const mayPoint = view?.mayReadPayload === true && parts.some(({ value }) => value === 'raw')
  function showPlace(pointer: string) {
    setPointed({ pointer })
    showTab('raw')
  }
  function showPart(value: string) {
    setPointed(undefined)
    showTab(value)
  }
  return (
    <article className="flex flex-col gap-5 max-md:pb-14">
      <header className="flex flex-col gap-2">
        <Id id={id} label={text.copyId} />
        <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <StatusMark severity={outcomeSeverity[facts.outcome]} label={outcomeText[facts.outcome]} />
          {facts.eventType !== null && <span className="break-all font-semibold text-14">{facts.eventType}</span>}
          {facts.items > 1 && (
            <Link href={`/${slug}/events/${facts.requestId}`} prefetch={false} className={linkClass}>
              {`${facts.item + 1}/${facts.items} · ${words.allItems}`}
            </Link>
          )}
          <span className="min-h-7 max-md:hidden">{view !== undefined && <CopyMenu slug={slug} view={view} />}</span>
        </span>
      </header>
      {facts.outcome === 'rejected' && (
        <Rejection
          slug={slug}
          facts={facts}
          view={view}
          onPoint={mayPoint ? showPlace : undefined}
          onChanged={onChanged ?? router.refresh}
        />
      )}
      <FactList slug={slug} facts={facts} related={view?.related} />
      {view !== undefined && <Related slug={slug} view={view} />}
      {tab !== undefined && <Tabs label={words.parts} tabs={parts} value={tab} onChange={showPart} />}
      {view === undefined && (fault ?? <PartsSkeleton />)}
      <div className="fixed inset-x-0 bottom-0 z-10 flex items-center gap-2 border-line border-t bg-bg px-4 py-2 md:hidden">
        {view !== undefined && <CopyMenu slug={slug} view={view} />}
        {facts.items > 1 && <LinkButton href={`/${slug}/events/${facts.requestId}`}>{words.allItems}</LinkButton>}
      </div>
    </article>
  )
}

function PartsSkeleton() {
  return (
    <div className="flex flex-col">
      <div aria-hidden className="flex h-9 items-center gap-4 border-line border-b">
        {['w-14', 'w-16', 'w-14', 'w-8'].map((width, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing but a place.
          <Skeleton key={place} className={width} />
        ))}
      </div>
      <BodySkeleton />
    </div>
  )
}

function tabs(slug: string, view: EventView, pointed: { readonly pointer: string } | undefined) {
  const { facts, body, mayReadPayload, http, contentType, attributes, problem } = view
  const steps = stepsOf(view)
  const id = rowId(facts)
  const isSplit = facts.items > 1 && facts.source.id !== null
  const notes = {
    payload: words.wraps[view.wrap] ?? (isSplit ? words.split : undefined),
    envelope: undefined,
    raw: body.state === 'kept' && body.isTruncated ? words.keptBeginning(bytes(body.rawBytes ?? 0)) : undefined,
  }
  const part = (name: 'payload' | 'envelope' | 'raw', label: string) => ({
    value: name,
    label,
    content: mayReadPayload ? (
      <>
        {notes[name] !== undefined && <p className="mb-2 text-12 text-fg-2">{notes[name]}</p>}
        <BodyPart
          slug={slug}
          id={id}
          part={name}
          label={label}
          {...(name === 'raw' && facts.outcome === 'rejected' ? { marks: issuesOf(view), pointed } : {})}
        />
      </>
    ) : (
      <p className="text-fg-2">{words.noPayload}</p>
    ),
  })
  const isKept = body.state === 'kept'
  const hasEnvelope = isKept && body.envelopeBytes !== null
  return inTabOrder([
    ...(body.state === 'deleted'
      ? [{ value: 'payload' as const, label: words.payload, content: <Purged at={body.at} /> }]
      : []),
    ...(hasEnvelope ? [part('payload', words.payload), part('envelope', words.envelope)] : []),
    ...(problem === null
      ? []
      : [{ value: 'answer' as const, label: words.answer, content: <JsonView text={problem} label={words.answer} /> }]),
    ...(isKept ? [part('raw', hasEnvelope ? words.raw : words.kept)] : []),
    ...(mayReadPayload && (http !== null || contentType !== null)
      ? [
          {
            value: 'headers' as const,
            label: words.headers,
            content: (
              <KeptHeaders
                entries={{ ...(contentType === null ? {} : { 'content-type': contentType }), ...http, ...attributes }}
              />
            ),
          },
        ]
      : []),
    ...(steps.length > 0
      ? [{ value: 'timeline' as const, label: words.timeline, content: <Timeline steps={steps} /> }]
      : []),
    ...(hasEnvelope && mayReadPayload && facts.source.id === null
      ? [
          {
            value: 'curl' as const,
            label: words.curl,
            content: (
              <BodyPart
                slug={slug}
                id={id}
                part="payload"
                label={words.curl}
                as={(payload) => <CodeBlock text={curlOf(facts, payload)} label={words.curl} isWrapped />}
              />
            ),
          },
        ]
      : []),
  ])
}

function Purged({ at }: { readonly at: string | null }) {
  return (
    <p className="text-fg-2">
      {words.purged}
      {at !== null && (
        <>
          {words.purgedOn}
          <Time at={at} as="date" />
        </>
      )}
      {words.purgedRest}
    </p>
  )
}
