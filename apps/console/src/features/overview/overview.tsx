import type { Attention, Series, SeriesTotals } from '@eventmesh/db'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { BarList } from '../../ui/bar-list.tsx'
import { LinkButton } from '../../ui/button.tsx'
import { count, duration, percent } from '../../ui/format.ts'
import { Banner, EmptyState, ErrorState, Section } from '../../ui/states.tsx'
import { StepArea, type StepBucket } from '../../ui/step-area.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { sourceText } from '../../words/outcomes.ts'
import { type Dimension, dimensions, type OverviewData } from './queries.ts'
import { type OverviewRange, rangeMs, writeRange } from './range.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly range: OverviewRange
  readonly data: Promise<OverviewData>
  readonly requestId: string
  /** The list that is shown whole. */
  readonly all: Dimension | undefined
}

export async function Overview({ slug, range, data, requestId, all }: Props) {
  const { series, attention, tops } = await data
  return (
    <div className="flex flex-col gap-4 p-4">
      {attention !== undefined && <Banners slug={slug} attention={attention} />}
      {series === undefined ? (
        <Section title={text.chart}>
          <ErrorState title={text.failed} requestId={requestId} retry={<Retry slug={slug} range={range} />} />
        </Section>
      ) : (
        <>
          <Cards totals={series.totals} previous={series.previous} />
          <Charts slug={slug} range={range} series={series} />
        </>
      )}
      <div className="grid gap-4 lg:grid-cols-2">
        {dimensions.map((dimension) => (
          <TopList
            key={dimension}
            slug={slug}
            range={range}
            dimension={dimension}
            top={tops[dimension]}
            isAll={dimension === all}
            requestId={requestId}
          />
        ))}
      </div>
    </div>
  )
}

function Retry({ slug, range }: Pick<Props, 'slug' | 'range'>) {
  return <LinkButton href={addressOf(slug, writeRange(range))}>{text.retry}</LinkButton>
}

function addressOf(slug: string, params: Readonly<Record<string, string>>): string {
  const written = new URLSearchParams(params)
  return written.size === 0 ? `/${slug}` : `/${slug}?${written}`
}

type ChartsProps = Pick<Props, 'slug' | 'range'> & { readonly series: Series }

function Charts({ slug, range, series }: ChartsProps) {
  const { totals, bucketMs } = series
  const n = totals.accepted + totals.duplicate + totals.rejected + totals.quarantined
  if (n === 0) {
    const isShort = range.name === 'custom' || rangeMs[range.name] < rangeMs['24h']
    return (
      <Section title={text.chart}>
        <EmptyState
          title={range.name === 'custom' ? text.noneBetween : text.noneTitle(text.ranges[range.name])}
          actions={isShort ? <LinkButton href={`/${slug}`}>{text.show}</LinkButton> : undefined}
        />
      </Section>
    )
  }
  const bucketsOf = (valuesOf: (bucket: Series['buckets'][number]) => StepBucket['values']): readonly StepBucket[] =>
    series.buckets.map((bucket) => {
      const between = {
        from: bucket.at.toISOString(),
        to: new Date(bucket.at.getTime() + bucketMs).toISOString(),
      }
      const events = (more: Readonly<Record<string, string>>) =>
        `/${slug}/events?${new URLSearchParams({ ...more, ...between })}`
      const outcomes = ['accepted', 'duplicate', 'rejected']
      return {
        at: between.from,
        isPartial: bucket.isPartial,
        values: valuesOf(bucket),
        href: events({}),
        hrefs: Object.fromEntries(outcomes.map((outcome) => [outcome, events({ outcome })])),
      }
    })
  const isWithDays = bucketMs >= 3_600_000
  const { latency } = totals
  return (
    <section aria-label={text.charts} className="rounded-card border border-line bg-surface px-3 pt-1 pb-3">
      <Tabs
        label={text.charts}
        tabs={[
          {
            value: 'outcomes',
            label: text.chart,
            content: (
              <StepArea
                label={text.chart}
                isWithDays={isWithDays}
                layers={[
                  { key: 'accepted', label: text.accepted, colour: 'var(--accent)', opacity: 0.14, hasStroke: true },
                  { key: 'duplicate', label: text.duplicates, colour: 'var(--dup)', opacity: 0.7 },
                  { key: 'rejected', label: text.rejected, colour: 'var(--bad)', opacity: 0.7 },
                ]}
                buckets={bucketsOf(({ accepted, duplicate, rejected }) => ({ accepted, duplicate, rejected }))}
              />
            ),
          },
          {
            value: 'latency',
            label: text.latency,
            content:
              latency === null ? (
                <EmptyState title={text.noLatency} />
              ) : (
                <StepArea
                  label={text.latency}
                  isWithDays={isWithDays}
                  kind="lines"
                  unit="ms"
                  totals={{ p50: latency.p50Ms, p95: latency.p95Ms, p99: latency.p99Ms }}
                  layers={[
                    { key: 'p50', label: text.p50, colour: 'var(--accent)', opacity: 1 },
                    { key: 'p95', label: text.p95, colour: 'var(--warn)', opacity: 1 },
                    { key: 'p99', label: text.p99, colour: 'var(--bad)', opacity: 1 },
                  ]}
                  buckets={bucketsOf((bucket) => ({
                    p50: bucket.latency?.p50Ms ?? null,
                    p95: bucket.latency?.p95Ms ?? null,
                    p99: bucket.latency?.p99Ms ?? null,
                  }))}
                />
              ),
          },
        ]}
      />
    </section>
  )
}

type TopListProps = Pick<Props, 'slug' | 'range' | 'requestId'> & {
  readonly dimension: Dimension
  readonly top: OverviewData['tops'][Dimension]
  readonly isAll: boolean
}

function TopList({ slug, range, dimension, top, isAll, requestId }: TopListProps) {
  const label = (name: string) => (dimension === 'source' ? sourceText(name) : name)
  const whole = addressOf(slug, { ...writeRange(range), by: dimension })
  return (
    <Section
      title={text.lists[dimension]}
      actions={
        isAll ? (
          <MoreLink href={addressOf(slug, writeRange(range))}>{text.showLess}</MoreLink>
        ) : (
          top?.hasMore && <MoreLink href={whole}>{text.showAll}</MoreLink>
        )
      }
    >
      {top === undefined ? (
        <ErrorState title={text.failed} requestId={requestId} retry={<Retry slug={slug} range={range} />} />
      ) : (
        <BarList
          rows={top.values.map(({ value, name, n, share }) => ({
            key: value,
            label: label(name),
            n,
            share,
            href: `/${slug}/events?${new URLSearchParams({ [dimension]: value, ...writeRange(range) })}`,
          }))}
          empty={text.none}
          isBad={dimension === 'reason'}
        />
      )}
    </Section>
  )
}

function MoreLink({ href, children }: { readonly href: string; readonly children: string }) {
  return (
    <Link href={href} prefetch={false} scroll={false} className="text-12 text-accent-text no-underline hover:underline">
      {children}
    </Link>
  )
}

function Cards({ totals, previous }: { readonly totals: SeriesTotals; readonly previous: SeriesTotals | null }) {
  const { latency } = totals
  return (
    <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Card label={text.accepted} value={count(totals.accepted)}>
        {change(totals.accepted, previous?.accepted)}
      </Card>
      <Card label={text.duplicates} value={percent(totals.duplicateShare)}>
        {points(totals.duplicateShare, previous?.duplicateShare) ?? text.inAll(count(totals.duplicate))}
      </Card>
      <Card label={text.rejected} value={percent(totals.rejectedShare)}>
        {points(totals.rejectedShare, previous?.rejectedShare) ?? text.inAll(count(totals.rejected))}
      </Card>
      <Card label={text.percentiles} value={latency === null ? '–' : duration(latency.p50Ms)}>
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

function Banners({ slug, attention }: { readonly slug: string; readonly attention: Attention }) {
  const base = `/${slug}/events`
  const all: (readonly [severity: 'bad' | 'warn', words: string, href: string, shows: string])[] = []
  if (attention.expiringKeys.length > 0) {
    all.push(['warn', text.expiring(attention.expiringKeys.length), `/${slug}/keys?status=expiring`, text.showKeys])
  }
  for (const source of attention.silentSources) {
    all.push(['warn', text.silent(source.name), `${base}?source=${source.id}&range=7d`, text.showEvents])
  }
  if (attention.rejected !== null) {
    all.push([
      'bad',
      text.rejecting(percent(attention.rejected.share)),
      `${base}?outcome=rejected&range=15m`,
      text.showEvents,
    ])
  }
  if (attention.quarantined > 0) {
    all.push(['warn', text.inQuarantine(count(attention.quarantined)), `${base}?outcome=quarantined`, text.showEvents])
  }
  if (attention.delayed !== null) all.push(['warn', text.delayed, `${base}?live=1`, text.showEvents])
  if (all.length === 0) return null
  return (
    <div className="flex flex-col gap-2">
      {all.map(([severity, words, href, shows]) => (
        <Banner key={words} severity={severity} className="justify-between">
          {words}
          <Link
            href={href}
            prefetch={false}
            className="font-medium text-current underline underline-offset-2 pointer-coarse:py-3"
          >
            {shows}
          </Link>
        </Banner>
      ))}
    </div>
  )
}
