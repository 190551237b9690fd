import Link from 'next/link'
import type { ReactNode } from 'react'
import { Fact, Facts } from '../../ui/facts.tsx'
import { bytes, duration, span } from '../../ui/format.ts'
import { Id } from '../../ui/id.tsx'
import { Time } from '../../ui/time.tsx'
import { sourceText } from '../../words/outcomes.ts'
import type { EventRow } from './event-row.ts'
import { quoted } from './filter.ts'
import type { EventView } from './queries.ts'
import { text } from './text.ts'

const words = text.detail

export const linkClass = 'text-accent-text no-underline hover:underline'

type Props = {
  readonly slug: string
  readonly facts: EventRow
  /** Not there yet: what else is known of it. */
  readonly related: EventView['related']
}

export function FactList({ slug, facts, related }: Props) {
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
      <SenderFacts slug={slug} facts={facts} />
      <Fact label={words.mode} copies={facts.mode}>
        {text.modes[facts.mode]}
      </Fact>
      <Fact label={words.request} copies={facts.requestId}>
        <Id id={facts.requestId} label={words.copyRequest} />
      </Fact>
      {facts.idempotencyKey !== null && (
        <Fact label={words.idempotency} copies={facts.idempotencyKey}>
          <span className="flex flex-wrap items-center gap-x-2">
            <Id id={facts.idempotencyKey} label={words.copyIdempotency} />
            {note !== undefined && <Note>{note}</Note>}
            <Seen slug={slug} facts={facts} related={related} />
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
          <Id id={facts.traceId} label={words.copyTrace} />
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

/** Through which source, and with which key. */
export function SenderFacts({ slug, facts }: { readonly slug: string; readonly facts: EventRow }) {
  return (
    <>
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
    </>
  )
}

/** How often its idempotency key came; opens all of them. */
function Seen({ slug, facts, related }: Props) {
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
