'use client'

import { useRouter } from 'next/navigation'
import { type KeyboardEvent, useState } from 'react'
import { cn } from './class-names.ts'
import { count, day, shortClock } from './format.ts'
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
  readonly values: Readonly<Record<string, number>>
  readonly href: string
}

type Props = {
  readonly label: string
  readonly layers: readonly Layer[]
  readonly buckets: readonly StepBucket[]
  readonly isWithDays: boolean
}

const height = 100
const unit = 10

/** Stacked steps without gaps or motion; arrows walk the buckets, Enter opens one; the same as a table. */
export function StepArea({ label, layers, buckets, isWithDays }: Props) {
  const router = useRouter()
  const { zone } = useZone()
  const [at, setAt] = useState<number>()
  const [isTable, setTable] = useState(false)
  const total = (bucket: StepBucket) => layers.reduce((all, { key }) => all + (bucket.values[key] ?? 0), 0)
  const top = niceTop(Math.max(1, ...buckets.map(total)))
  const shown = at === undefined ? undefined : buckets[at]
  const timeOf = (bucket: StepBucket) => {
    const date = new Date(bucket.at)
    return isWithDays
      ? `${day(date, zone.timeZone)}, ${shortClock(date, zone.timeZone)}`
      : shortClock(date, zone.timeZone)
  }
  const sumOf = (key: string) =>
    shown === undefined ? buckets.reduce((all, bucket) => all + (bucket.values[key] ?? 0), 0) : (shown.values[key] ?? 0)

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step !== 0) {
      event.preventDefault()
      setAt((before) => Math.min(buckets.length - 1, Math.max(0, (before ?? buckets.length) + step)))
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
              className="size-2 rounded-[2px]"
              style={{ background: layer.colour, opacity: layer.hasStroke ? 1 : layer.opacity }}
            />
            {layer.label} <span className="tabular font-medium text-fg">{count(sumOf(layer.key))}</span>
          </span>
        ))}
        <span aria-live="polite" className="tabular text-fg-3">
          {shown === undefined ? '' : `${timeOf(shown)}${shown.isPartial ? ' · not over yet' : ''}`}
        </span>
        <button
          type="button"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          className="ml-auto rounded-[4px] px-1.5 text-12 text-fg-2 hover:bg-hover hover:text-fg"
        >
          {isTable ? 'View as chart' : 'View as table'}
        </button>
      </div>
      {isTable ? (
        <div className="max-h-56 overflow-y-auto">
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
                      {count(bucket.values[layer.key] ?? 0)}
                    </Td>
                  ))}
                </tr>
              ))}
            </tbody>
          </Table>
        </div>
      ) : (
        <div className="grid grid-cols-[36px_minmax(0,1fr)] grid-rows-[1fr_auto] gap-x-2">
          <div aria-hidden className="tabular relative text-right text-11 text-fg-3">
            {[top, top / 2, 0].map((tick, n) => (
              <span key={tick} className="absolute right-0 -translate-y-1/2" style={{ top: `${n * 50}%` }}>
                {n === 1 && tick % 1 !== 0 ? '' : short(tick)}
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
              viewBox={`0 0 ${buckets.length * unit} ${height}`}
              preserveAspectRatio="none"
              className="absolute inset-0 h-full w-full overflow-visible"
            >
              {[0, 0.5, 1].map((part) => (
                <line
                  key={part}
                  x1={0}
                  x2={buckets.length * unit}
                  y1={height * part}
                  y2={height * part}
                  stroke="var(--line)"
                  vectorEffect="non-scaling-stroke"
                />
              ))}
              {layers.map((layer, n) => {
                const bases = buckets.map((bucket) => sumBelow(layers, bucket, n))
                return (
                  <g key={layer.key}>
                    <path d={area(buckets, layer.key, bases, top)} fill={layer.colour} opacity={layer.opacity} />
                    {layer.hasStroke && (
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
                <rect x={at * unit} y={0} width={unit} height={height} fill="var(--fg)" opacity={0.07} />
              )}
            </svg>
            <div aria-hidden className="absolute inset-0 flex">
              {buckets.map((bucket, n) => (
                <button
                  key={bucket.at}
                  type="button"
                  tabIndex={-1}
                  onPointerEnter={() => setAt(n)}
                  onClick={() => router.push(bucket.href)}
                  className={cn(
                    'h-full min-w-0 flex-1',
                    bucket.isPartial && 'bg-[repeating-linear-gradient(135deg,transparent_0_3px,var(--line)_3px_4px)]',
                  )}
                />
              ))}
            </div>
          </div>
          <span />
          <div aria-hidden className="tabular flex justify-between pt-1 text-11 text-fg-3">
            {ticks(buckets).map((bucket) => (
              <span key={bucket.at}>{timeOf(bucket)}</span>
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
  return buckets
    .map((bucket, n) => {
      const y = height - (((bases[n] ?? 0) + (bucket.values[key] ?? 0)) / top) * height
      return `${n === 0 ? 'M' : 'L'}${n * unit},${y.toFixed(2)}H${(n + 1) * unit}`
    })
    .join('')
}

function area(buckets: readonly StepBucket[], key: string, bases: readonly number[], top: number): string {
  const back = buckets
    .map((_, n) => buckets.length - 1 - n)
    .map((n) => `L${(n + 1) * unit},${(height - ((bases[n] ?? 0) / top) * height).toFixed(2)}H${n * unit}`)
    .join('')
  return `${edge(buckets, key, bases, top)}${back}Z`
}

/** The next of 1, 2, 4, 10 × a power of ten: its half is a whole number too, above 1. */
function niceTop(max: number): number {
  const power = 10 ** Math.floor(Math.log10(max))
  return [1, 2, 4, 10].map((step) => step * power).find((step) => step >= max) ?? max
}

function short(n: number): string {
  return n >= 1_000_000 ? `${n / 1_000_000}M` : n >= 1_000 ? `${n / 1_000}k` : String(n)
}

function ticks(buckets: readonly StepBucket[]): readonly StepBucket[] {
  const wanted = 5
  const step = Math.max(1, Math.floor((buckets.length - 1) / (wanted - 1)))
  return buckets.filter((_, n) => n % step === 0).slice(0, wanted)
}
