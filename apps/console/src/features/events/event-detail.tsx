'use client'

import { ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { type ReactNode, useEffect } from 'react'
import { LinkButton } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copy } from '../../ui/copy.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { bytes, duration, span } from '../../ui/format.ts'
import { Id } from '../../ui/id.tsx'
import { JsonView } from '../../ui/json-view.tsx'
import { Banner } from '../../ui/states.tsx'
import { StatusMark } from '../../ui/status.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { Time } from '../../ui/time.tsx'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { useStable } from '../../ui/use-stable.ts'
import { outcomeSeverity, outcomeText, sourceText } from '../../words/outcomes.ts'
import { BodyPart } from './body-part.tsx'
import { CopyMenu } from './copy-menu.tsx'
import { curlOf } from './curl-of.ts'
import { type DetailTab, inTabOrder, tabOfKey } from './detail-tabs.ts'
import { type EventRow, rowId } from './event-row.ts'
import { quoted } from './filter.ts'
import type { EventView } from './queries.ts'
import { text } from './text.ts'
import { useAddress } from './use-address.ts'

type Props = { readonly slug: string; readonly view: EventView }

const words = text.detail

/** The panel and the page share it. */
export function EventDetailView({ slug, view }: Props) {
  const { facts } = view
  const id = facts.eventId ?? rowId(facts)
  const parts = tabs(slug, view)
  const { tab, showTab } = useTab(parts.map(({ value }) => value))
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
          <span className="max-md:hidden">
            <CopyMenu slug={slug} view={view} />
          </span>
        </span>
      </header>
      {facts.outcome === 'rejected' && <Rejection slug={slug} view={view} />}
      <FactList slug={slug} view={view} />
      <Related slug={slug} view={view} />
      {tab !== undefined && <Tabs label={words.parts} tabs={parts} value={tab} onChange={showTab} />}
      <div className="fixed inset-x-0 bottom-0 z-10 flex items-center gap-2 border-line border-t bg-bg px-4 py-2 md:hidden">
        <CopyMenu slug={slug} view={view} />
        {facts.items > 1 && <LinkButton href={`/${slug}/events/${facts.requestId}`}>{words.allItems}</LinkButton>}
      </div>
    </article>
  )
}

/** The open part stands in the address. */
function useTab(values: readonly DetailTab[]) {
  const { params, replace } = useAddress()
  const given = params.get('tab')
  // Who opens a refusal asks what its sender was told.
  const first = values.find((value) => value === 'answer') ?? values[0]
  const tab = values.find((value) => value === given) ?? first
  const showTab = useStable((value: string) => {
    const next = new URLSearchParams(params)
    if (value === first) next.delete('tab')
    else next.set('tab', value)
    replace(next)
  })
  const onKey = useStable((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
    const value = tabOfKey(event.key, values)
    if (value !== undefined) showTab(value)
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [onKey])
  return { tab, showTab }
}

const linkClass = 'text-accent-text no-underline hover:underline'

function Rejection({ slug, view }: Props) {
  const { reason, facts, problem, related } = view
  return (
    <Banner severity="bad" className="flex-col items-start gap-2 px-3 py-2.5">
      <span className="font-medium">
        {reason?.title ?? facts.reason} · <code>{facts.reason}</code>
        {facts.status !== null && ` · HTTP ${facts.status}`}
      </span>
      {reason?.fix && (
        <span className="text-fg">
          <span className="font-medium">{words.fix}: </span>
          {reason.fix}
        </span>
      )}
      {issuesOf(problem).length > 0 && (
        <ul className="m-0 list-none p-0 text-12 text-fg">
          {issuesOf(problem).map((issue) => (
            <li key={`${issue.pointer} ${issue.detail}`}>
              <code className="mr-2 break-all">{issue.pointer || '/'}</code>
              {issue.detail}
            </li>
          ))}
        </ul>
      )}
      <span className="flex gap-3">
        {related?.event && (
          <Link href={`/${slug}/events/${related.event.eventId}`} prefetch={false} className={linkClass}>
            {words.openFirst}
          </Link>
        )}
        {facts.key !== null && (
          <Link href={`/${slug}/keys/${facts.key.id}`} prefetch={false} className={linkClass}>
            {words.openKey}
          </Link>
        )}
        {facts.source.id !== null && (
          <Link href={`/${slug}/sources/${facts.source.id}`} prefetch={false} className={linkClass}>
            {words.openSource}
          </Link>
        )}
      </span>
    </Banner>
  )
}

function FactList({ slug, view }: Props) {
  const { facts } = view
  const lagMs =
    facts.occurredAt === null ? 0 : new Date(facts.receivedAt).getTime() - new Date(facts.occurredAt).getTime()
  const lag = lagMs >= 1_000 ? span(lagMs) : undefined
  const note =
    facts.dedupe === 'generated' ? words.generated : facts.dedupe === 'unchecked' ? words.unchecked : undefined
  return (
    <Facts>
      <Fact label={words.received} copies={facts.receivedAt}>
        <Time at={facts.receivedAt} />
      </Fact>
      {facts.occurredAt !== null && (
        <Fact label={words.occurred} copies={facts.occurredAt}>
          <Time at={facts.occurredAt} />
          {lag !== undefined && <Note>{words.late(lag)}</Note>}
        </Fact>
      )}
      <Fact label={words.source} copies={sourceText(facts.source.name)}>
        {facts.source.id === null ? (
          sourceText(facts.source.name)
        ) : (
          <Link href={`/${slug}/sources/${facts.source.id}`} prefetch={false} className={linkClass}>
            {sourceText(facts.source.name)}
          </Link>
        )}
      </Fact>
      {facts.key !== null && (
        <Fact label={words.key} copies={facts.key.name ?? facts.key.id}>
          <Link href={`/${slug}/keys/${facts.key.id}`} prefetch={false} className={linkClass}>
            {facts.key.name ?? facts.key.id}
          </Link>
          {facts.key.display !== null && <code className="ml-2 text-fg-2">{facts.key.display}</code>}
        </Fact>
      )}
      <Fact label={words.mode} copies={facts.mode}>
        {facts.mode === 'test' ? 'Test' : 'Live'}
      </Fact>
      <Fact label={words.request} copies={facts.requestId}>
        <Id id={facts.requestId} label="Copy request id" />
      </Fact>
      {facts.idempotencyKey !== null && (
        <Fact label={words.idempotency} copies={facts.idempotencyKey}>
          <span className="flex flex-wrap items-center gap-x-2">
            <Id id={facts.idempotencyKey} label="Copy idempotency key" />
            {note !== undefined && <Note>{note}</Note>}
            <Seen slug={slug} view={view} />
          </span>
        </Fact>
      )}
      {facts.ip !== null && (
        <Fact label={words.ip} copies={facts.ip}>
          <span className="font-mono text-12">{facts.ip}</span>
        </Fact>
      )}
      <Fact label={words.size} copies={String(facts.size)}>
        {bytes(facts.size)}
      </Fact>
      {facts.status !== null && (
        <Fact label={words.status} copies={String(facts.status)}>
          {facts.status}
        </Fact>
      )}
      {facts.latencyMs !== null && (
        <Fact label={words.latency} copies={duration(facts.latencyMs)}>
          {duration(facts.latencyMs)}
        </Fact>
      )}
      {facts.traceId !== null && (
        <Fact label={words.trace} copies={facts.traceId}>
          <Id id={facts.traceId} label="Copy trace id" />
        </Fact>
      )}
      {facts.diagnosis !== null && (
        <Fact label={words.diagnosis} copies={facts.diagnosis}>
          {facts.diagnosis}
        </Fact>
      )}
    </Facts>
  )
}

/** How often its idempotency key came; opens all of them. */
function Seen({ slug, view: { related, facts } }: Props) {
  const n = (related?.duplicates.rows.length ?? 0) + (facts.outcome === 'duplicate' ? 1 : 0)
  if (n === 0 || facts.idempotencyKey === null) return null
  const query = new URLSearchParams({ q: `idem:${quoted(facts.idempotencyKey)}`, range: '30d' })
  return (
    <Link href={`/${slug}/events?${query}`} prefetch={false} className={`text-12 ${linkClass}`}>
      {words.seen(related?.duplicates.hasMore ? '20+' : String(n + 1))}
    </Link>
  )
}

function Note({ children }: { readonly children: ReactNode }) {
  return <span className="ml-2 text-12 text-fg-3">{children}</span>
}

function Related({ slug, view: { related, facts } }: Props) {
  if (related === undefined) return null
  const groups: readonly (readonly [string, readonly EventRow[], boolean])[] = [
    ['Event', related.event === null ? [] : [related.event], false],
    ['Duplicates', related.duplicates.rows, related.duplicates.hasMore],
    ['Copies', related.copies.rows, related.copies.hasMore],
    ['Quarantined', related.quarantined.rows, related.quarantined.hasMore],
    ['Rejected', related.rejected.rows, related.rejected.hasMore],
    [words.sameRequest, related.sameRequest.rows, related.sameRequest.hasMore],
    [words.sameTrace, related.sameTrace.rows, related.sameTrace.hasMore],
  ]
  const shown = groups.filter(([, rows]) => rows.length > 0)
  if (shown.length === 0 && facts.items === 1) return null
  return (
    <section aria-label={words.related} className="flex flex-col gap-1.5 empty:hidden">
      {shown.map(([label, rows, hasMore]) => (
        <details key={label} className="group rounded-control border border-line">
          <summary className="flex h-8 cursor-pointer list-none items-center gap-2 px-3 hover:bg-hover">
            <ChevronRight aria-hidden size={14} className="text-fg-3 transition-transform group-open:rotate-90" />
            <span className="font-medium">{label}</span>
            <span className="tabular text-fg-3">{`${rows.length}${hasMore ? '+' : ''}`}</span>
          </summary>
          <ul className="m-0 list-none border-line border-t p-0">
            {rows.map((row) => (
              <li key={rowId(row)} className="flex items-center gap-3 px-3 py-1">
                <Time at={row.receivedAt} className="whitespace-nowrap text-12 text-fg-2" />
                <Link href={`/${slug}/events/${rowId(row)}`} prefetch={false} className={`truncate ${linkClass}`}>
                  <code>{row.outcome === 'rejected' ? row.reason : rowId(row)}</code>
                </Link>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </section>
  )
}

function tabs(slug: string, view: EventView) {
  const { facts, body, mayReadPayload, http, contentType, attributes, timeline, problem } = view
  const id = rowId(facts)
  const isSplit = facts.items > 1 && facts.source.id !== null
  const payloadNote = words.wraps[view.wrap] ?? (isSplit ? words.split : undefined)
  const part = (name: 'payload' | 'envelope' | 'raw', label: string) => ({
    value: name,
    label,
    content: mayReadPayload ? (
      <>
        {name === 'payload' && payloadNote !== undefined && <p className="mb-2 text-12 text-fg-2">{payloadNote}</p>}
        <BodyPart slug={slug} id={id} part={name} label={label} />
      </>
    ) : (
      <p className="text-fg-2">{words.noPayload}</p>
    ),
  })
  const isKept = body.state === 'kept'
  const hasEnvelope = isKept && body.envelopeBytes !== null
  const deleted = {
    value: 'payload' as const,
    label: words.payload,
    content: <p className="text-fg-2">{words.purged}</p>,
  }
  return inTabOrder([
    ...(body.state === 'deleted' ? [deleted] : []),
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
              <Headers
                entries={{ ...(contentType === null ? {} : { 'content-type': contentType }), ...http, ...attributes }}
              />
            ),
          },
        ]
      : []),
    ...(timeline.length > 0
      ? [{ value: 'timeline' as const, label: words.timeline, content: <Timeline steps={timeline} /> }]
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

function Headers({ entries }: { readonly entries: Readonly<Record<string, string>> }) {
  const all = Object.entries(entries)
  if (all.length === 0) return <p className="text-fg-2">{words.noHeaders}</p>
  return (
    <div className="flex flex-col gap-2">
      <dl className="m-0 grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] items-center gap-x-3 gap-y-1">
        {all.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="font-mono text-12 text-fg-3">{name}</dt>
            <dd className="m-0 flex items-center gap-3">
              <span className="min-w-0 flex-1 break-all font-mono text-12">{value}</span>
              <Copy text={value} label={`Copy ${name}`} />
            </dd>
          </div>
        ))}
      </dl>
      <p className="text-12 text-fg-3">{words.others}</p>
    </div>
  )
}

function Timeline({ steps }: { readonly steps: EventView['timeline'] }) {
  const max = Math.max(0.1, ...steps.map(({ ms }) => ms))
  return (
    <ol className="m-0 flex list-none flex-col gap-1 p-0">
      {steps.map(({ step, ms }) => (
        <li key={step} className="grid grid-cols-[96px_minmax(0,1fr)_72px] items-center gap-3">
          <span className="text-fg-2">{step}</span>
          <span
            aria-hidden
            className="h-1.5 rounded-full bg-accent opacity-80"
            style={{ width: `${Math.max(1, (ms / max) * 100)}%` }}
          />
          <span className="tabular text-right text-fg-2">{duration(ms)}</span>
        </li>
      ))}
    </ol>
  )
}

type Issue = { readonly pointer: string; readonly detail: string }

/** The pointers of the answer; at most ten. */
function issuesOf(problem: string | null): readonly Issue[] {
  if (problem === null) return []
  try {
    const parsed: unknown = JSON.parse(problem)
    const errors = typeof parsed === 'object' && parsed !== null && 'errors' in parsed ? parsed.errors : []
    return Array.isArray(errors) ? (errors as Issue[]).slice(0, 10) : []
  } catch {
    // Shown whole in its own tab, whatever it is.
    return []
  }
}
