import type { SeriesTotals, Top } from '@eventmesh/db'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { BarList } from '../../ui/bar-list.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { count, duration } from '../../ui/format.ts'
import { Banner, EmptyState, Section } from '../../ui/states.tsx'
import { StepArea } from '../../ui/step-area.tsx'
import { sourceText } from '../../words/outcomes.ts'
import type { OverviewData } from './queries.ts'
import { type RangeName, ranges } from './range.ts'
import { text } from './text.ts'

type Props = { readonly slug: string; readonly range: RangeName; readonly data: OverviewData }

export function Overview({ slug, range, data }: Props) {
  const { series, tops } = data
  const { totals } = series
  const n = totals.accepted + totals.duplicate + totals.rejected + totals.quarantined
  const base = `/${slug}/events`
  const eventsOf = (name: string, value: string) =>
    `${base}?${new URLSearchParams({ [name]: value, ...(range === '24h' ? {} : { range }) })}`
  const rows = (top: Top, name: string, label: (value: string) => string = (value) => value) =>
    top.values.map((value) => ({
      key: value.value,
      label: label(value.name),
      n: value.n,
      share: value.share,
      href: eventsOf(name, value.value),
    }))
  return (
    <div className="flex flex-col gap-4 p-4">
      <Banners slug={slug} data={data} />
      <Cards totals={totals} previous={series.previous} />
      <Section title={text.chart}>
        {n === 0 ? (
          <EmptyState
            title={text.noneTitle(ranges[range].label)}
            actions={
              range === '24h' || range === '7d' || range === '30d' ? undefined : (
                <LinkButton href={`/${slug}`}>{text.show}</LinkButton>
              )
            }
          />
        ) : (
          <StepArea
            label={text.chart}
            isWithDays={series.bucketMs >= 3_600_000}
            layers={[
              { key: 'accepted', label: text.accepted, colour: 'var(--accent)', opacity: 0.14, hasStroke: true },
              { key: 'duplicate', label: text.duplicates, colour: 'var(--dup)', opacity: 0.7 },
              { key: 'rejected', label: text.rejected, colour: 'var(--bad)', opacity: 0.7 },
            ]}
            buckets={series.buckets.map((bucket) => ({
              at: bucket.at.toISOString(),
              isPartial: bucket.isPartial,
              values: { accepted: bucket.accepted, duplicate: bucket.duplicate, rejected: bucket.rejected },
              href: `${base}?${new URLSearchParams({
                from: bucket.at.toISOString(),
                to: new Date(bucket.at.getTime() + series.bucketMs).toISOString(),
              })}`,
            }))}
          />
        )}
      </Section>
      <div className="grid gap-4 lg:grid-cols-2">
        <Section title={text.types}>
          <BarList rows={rows(tops.type, 'type')} empty={text.none} />
        </Section>
        <Section title={text.sources}>
          <BarList rows={rows(tops.source, 'source', sourceText)} empty={text.none} />
        </Section>
        <Section title={text.keys}>
          <BarList rows={rows(tops.key, 'key')} empty={text.none} />
        </Section>
        <Section title={text.reasons}>
          <BarList rows={rows(tops.reason, 'reason')} empty={text.none} isBad />
        </Section>
      </div>
    </div>
  )
}

function Cards({ totals, previous }: { readonly totals: SeriesTotals; readonly previous: SeriesTotals | null }) {
  const { latency } = totals
  return (
    <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Card label={text.accepted} value={count(totals.accepted)}>
        {change(totals.accepted, previous?.accepted)}
      </Card>
      <Card label={text.duplicates} value={shareText(totals.duplicateShare)}>
        {points(totals.duplicateShare, previous?.duplicateShare) ?? `${count(totals.duplicate)} in all`}
      </Card>
      <Card label={text.rejected} value={shareText(totals.rejectedShare)}>
        {points(totals.rejectedShare, previous?.rejectedShare) ?? `${count(totals.rejected)} in all`}
      </Card>
      <Card label={`${text.latency} p50 · p95 · p99`} value={latency === null ? '–' : duration(latency.p50Ms)}>
        {latency === null ? text.none : `${duration(latency.p95Ms)} · ${duration(latency.p99Ms)}`}
      </Card>
    </div>
  )
}

function Card({
  label,
  value,
  children,
}: {
  readonly label: string
  readonly value: string
  readonly children: ReactNode
}) {
  return (
    <div className="flex flex-col rounded-card border border-line bg-surface p-3">
      <span className="text-12 text-fg-2">{label}</span>
      <span className="tabular mt-1 font-semibold text-22">{value}</span>
      <span className="tabular mt-1 text-12 text-fg-3">{children}</span>
    </div>
  )
}

function change(now: number, before: number | undefined): string {
  if (before === undefined) return text.noBefore
  const difference = now - before
  return `${difference < 0 ? '−' : '+'}${count(Math.abs(difference))} ${text.before}`
}

function points(now: number | null, before: number | null | undefined): string | undefined {
  if (now === null || before === null || before === undefined) return undefined
  const difference = Math.round((now - before) * 1_000) / 10
  return `${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(1)} pt ${text.before}`
}

function shareText(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}

function Banners({ slug, data: { attention } }: { readonly slug: string; readonly data: OverviewData }) {
  const base = `/${slug}/events`
  const all: (readonly [severity: 'bad' | 'warn', words: string, href: string | undefined])[] = []
  if (attention.expiringKeys.length > 0) {
    all.push(['warn', text.expiring(attention.expiringKeys.length), `/${slug}/keys?status=expiring`])
  }
  for (const source of attention.silentSources) {
    all.push(['warn', text.silent(source.name), `${base}?source=${source.id}&range=7d`])
  }
  if (attention.rejected !== null) {
    all.push(['bad', text.rejecting(shareText(attention.rejected.share)), `${base}?outcome=rejected&range=15m`])
  }
  if (attention.quarantined > 0) {
    all.push(['warn', text.inQuarantine(count(attention.quarantined)), `${base}?outcome=quarantined`])
  }
  if (attention.delayed !== null) all.push(['warn', text.delayed, undefined])
  if (all.length === 0) return null
  return (
    <div className="flex flex-col gap-2">
      {all.map(([severity, words, href]) => (
        <Banner key={words} severity={severity} className="justify-between">
          {words}
          {href !== undefined && (
            <Link href={href} prefetch={false} className="font-medium text-current underline underline-offset-2">
              {text.look}
            </Link>
          )}
        </Banner>
      ))}
    </div>
  )
}
