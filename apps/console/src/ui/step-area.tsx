'use client'

import { useRouter } from 'next/navigation'
import { type KeyboardEvent, useState } from 'react'
import { cn } from './class-names.ts'
import { count, day, duration, shortClock } from './format.ts'
import { scrollRegion } from './scroll-region.ts'
import { Table, Td, Th } from './table.tsx'
import { useZone } from './time.tsx'

export type Layer = {
  readonly key: string
  readonly label: string
  readonly colour: string
  /** 0–1 */
  readonly opacity: number
  readonly hasStroke?: boolean
}

export type StepBucket = {
  /** RFC 3339. */
  readonly at: string
  readonly isPartial: boolean
  /** By layer; null: there is none, and a line is broken there. */
  readonly values: Readonly<Record<string, number | null>>
  readonly href: string
  /** By layer, where its own part of the bucket opens something else. */
  readonly hrefs?: Readonly<Record<string, string>>
}

type Props = {
  readonly label: string
  readonly layers: readonly Layer[]
  readonly buckets: readonly StepBucket[]
  readonly isWithDays: boolean
  /** `lines`: each layer from the ground, without its area. */
  readonly kind?: 'stack' | 'lines'
  readonly unit?: 'count' | 'ms'
  /** By layer, of the whole range; where the sum of the buckets does not say it. */
  readonly totals?: Readonly<Record<string, number | null>>
}

const height = 100
const step = 10

/** Steps, stacked or as lines, without motion; arrows walk the buckets, Enter opens one; the same as a table. */
export function StepArea({ label, layers, buckets, isWithDays, kind = 'stack', unit = 'count', totals }: Props) {
  const router = useRouter()
  const { zone } = useZone()
  const [at, setAt] = useState<number>()
  const [isTable, setTable] = useState(false)
  const isStack = kind === 'stack'
  const written = (value: number | null) => (value === null ? '–' : unit === 'ms' ? duration(value) : count(value))
  const peak = (bucket: StepBucket) =>
    layers.reduce((all, { key }) => {
      const value = bucket.values[key] ?? 0
      return isStack ? all + value : Math.max(all, value)
    }, 0)
  const top = niceTop(Math.max(1, ...buckets.map(peak)))
  const shown = at === undefined ? undefined : buckets[at]
  const timeOf = (bucket: StepBucket) => {
    const date = new Date(bucket.at)
    return isWithDays
      ? `${day(date, zone.timeZone)}, ${shortClock(date, zone.timeZone, zone.hours)}`
      : shortClock(date, zone.timeZone, zone.hours)
  }
  const sumOf = (key: string): number | null => {
    if (shown !== undefined) return shown.values[key] ?? null
    if (totals !== undefined) return totals[key] ?? null
    return buckets.reduce((all, bucket) => all + (bucket.values[key] ?? 0), 0)
  }
  const basesOf = (n: number) => buckets.map((bucket) => (isStack ? sumBelow(layers, bucket, n) : 0))
  /** What lies under the pointer, `share` of the height from the top. */
  const hrefAt = (bucket: StepBucket, share: number) => {
    const value = (1 - share) * top
    const layer = layers.find((_, n) => value <= sumBelow(layers, bucket, n + 1))
    return (isStack && layer !== undefined && bucket.hrefs?.[layer.key]) || bucket.href
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by !== 0) {
      event.preventDefault()
      setAt((before) => Math.min(buckets.length - 1, Math.max(0, (before ?? buckets.length) + by)))
    }
    if (event.key === 'Escape') setAt(undefined)
    if (event.key === 'Enter' && shown !== undefined) router.push(shown.href)
  }

  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-12">
        {layers.map((layer) => (
          <span key={layer.key} className="inline-flex items-center gap-1.5 text-fg-2">
            <span
              aria-hidden
              className="size-2 rounded-[2px] forced-color-adjust-none"
              style={{ background: layer.colour, opacity: layer.hasStroke || !isStack ? 1 : layer.opacity }}
            />
            {layer.label} <span className="tabular font-medium text-fg">{written(sumOf(layer.key))}</span>
          </span>
        ))}
        <span aria-live="polite" className="tabular text-fg-3">
          {shown === undefined ? '' : `${timeOf(shown)}${shown.isPartial ? ' · not over yet' : ''}`}
        </span>
        <button
          type="button"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          className="ml-auto rounded-[4px] px-1.5 text-12 text-fg-2 hover:bg-hover hover:text-fg pointer-coarse:h-11"
        >
          {isTable ? 'View as chart' : 'View as table'}
        </button>
      </div>
      {isTable ? (
        <div {...scrollRegion(label)} className="max-h-56 overflow-y-auto">
          <Table>
            <thead>
              <tr>
                <Th className="top-0 bg-surface">Time</Th>
                {layers.map((layer) => (
                  <Th key={layer.key} className="top-0 bg-surface text-right">
                    {layer.label}
                  </Th>
                ))}
              </tr>
            </thead>
            <tbody>
              {buckets.map((bucket) => (
                <tr key={bucket.at}>
                  <Td className="tabular">{timeOf(bucket)}</Td>
                  {layers.map((layer) => (
                    <Td key={layer.key} className="tabular text-right">
                      {written(bucket.values[layer.key] ?? (isStack ? 0 : null))}
                    </Td>
                  ))}
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      ) : (
        <div className="grid grid-cols-[44px_minmax(0,1fr)] grid-rows-[1fr_auto] gap-x-2">
          <div aria-hidden className="tabular relative text-right text-11 text-fg-3">
            {[top, top / 2, 0].map((tick, n) => (
              <span key={tick} className="absolute right-0 -translate-y-1/2" style={{ top: `${n * 50}%` }}>
                {n === 1 && tick % 1 !== 0 ? '' : unit === 'ms' ? duration(tick) : short(tick)}
              </span>
            ))}
          </div>
          {/* biome-ignore lint/a11y/useSemanticElements: a chart that is walked with arrows is no form control. */}
          <div
            role="group"
            aria-label={`${label}. Arrow keys walk the buckets, Enter opens the events of one.`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: see the label.
            tabIndex={0}
            onKeyDown={onKeyDown}
            onPointerLeave={() => setAt(undefined)}
            onBlur={() => setAt(undefined)}
            className="relative h-[224px] max-md:h-40"
          >
            <svg
              aria-hidden="true"
              viewBox={`0 0 ${buckets.length * step} ${height}`}
              preserveAspectRatio="none"
              className="absolute inset-0 h-full w-full overflow-visible"
            >
              {[0, 0.5, 1].map((part) => (
                <line
                  key={part}
                  x1={0}
                  x2={buckets.length * step}
                  y1={height * part}
                  y2={height * part}
                  stroke="var(--line)"
                  vectorEffect="non-scaling-stroke"
                />
              ))}
              {layers.map((layer, n) => {
                const bases = basesOf(n)
                return (
                  <g key={layer.key}>
                    {isStack && (
                      <path d={area(buckets, layer.key, bases, top)} fill={layer.colour} opacity={layer.opacity} />
                    )}
                    {(layer.hasStroke || !isStack) && (
                      <path
                        d={edge(buckets, layer.key, bases, top)}
                        fill="none"
                        stroke={layer.colour}
                        strokeWidth={1.5}
                        vectorEffect="non-scaling-stroke"
                      />
                    )}
                  </g>
                )
              })}
              {at !== undefined && (
                <rect x={at * step} y={0} width={step} height={height} fill="var(--fg)" opacity={0.07} />
              )}
            </svg>
            <div aria-hidden className="absolute inset-0 flex">
              {buckets.map((bucket, n) => (
                <button
                  key={bucket.at}
                  type="button"
                  tabIndex={-1}
                  onPointerEnter={() => setAt(n)}
                  onClick={({ nativeEvent, currentTarget }) =>
                    router.push(hrefAt(bucket, nativeEvent.offsetY / currentTarget.clientHeight))
                  }
                  className={cn(
                    'h-full min-w-0 flex-1',
                    bucket.isPartial && 'bg-[repeating-linear-gradient(135deg,transparent_0_3px,var(--line)_3px_4px)]',
                  )}
                />
              ))}
            </div>
          </div>
          <span />
          <div aria-hidden className="tabular relative h-5 text-11 text-fg-3">
            {ticks(buckets).map(({ bucket, left }, n) => (
              <span
                key={bucket.at}
                style={{ left }}
                className={cn(
                  'absolute top-1 whitespace-nowrap',
                  (n === ticksMax - 1 || (isWithDays && n % 2 === 1)) && 'max-md:hidden',
                )}
              >
                {timeOf(bucket)}
              </span>
            ))}
          </div>
        </div>
      )}
    </div>
  )
}

function sumBelow(layers: readonly Layer[], bucket: StepBucket, n: number): number {
  return layers.slice(0, n).reduce((all, { key }) => all + (bucket.values[key] ?? 0), 0)
}

function edge(buckets: readonly StepBucket[], key: string, bases: readonly number[], top: number): string {
  const isThere = (bucket: StepBucket | undefined) => bucket?.values[key] !== null && bucket !== undefined
  return buckets
    .map((bucket, n) => {
      if (!isThere(bucket)) return ''
      const y = height - (((bases[n] ?? 0) + (bucket.values[key] ?? 0)) / top) * height
      return `${isThere(buckets[n - 1]) ? 'L' : 'M'}${n * step},${y.toFixed(2)}H${(n + 1) * step}`
    })
    .join('')
}

function area(buckets: readonly StepBucket[], key: string, bases: readonly number[], top: number): string {
  const back = buckets
    .map((_, n) => buckets.length - 1 - n)
    .map((n) => `L${(n + 1) * step},${(height - ((bases[n] ?? 0) / top) * height).toFixed(2)}H${n * step}`)
    .join('')
  return `${edge(buckets, key, bases, top)}${back}Z`
}

/** The next of 1, 2, 4, 10 × a power of ten: its half is a whole number too, above 1. */
function niceTop(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max))
  return [1, 2, 4, 10].map((part) => part * power).find((nice) => nice >= max) ?? max
}

function short(n: number): string {
  return n >= 1_000_000 ? `${n / 1_000_000}M` : n >= 1_000 ? `${n / 1_000}k` : String(n)
}

const ticksMax = 5

/** Each where its bucket begins; the last one far enough from the end to be written out. */
function ticks(buckets: readonly StepBucket[]): readonly { readonly bucket: StepBucket; readonly left: string }[] {
  const every = Math.ceil(buckets.length / ticksMax)
  return buckets.flatMap((bucket, n) => (n % every === 0 ? [{ bucket, left: `${(100 * n) / buckets.length}%` }] : []))
}
