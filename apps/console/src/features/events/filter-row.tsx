'use client'

import type { EventFacets, Facet, FacetField } from '@eventmesh/db'
import { SlidersHorizontal, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/class-names.ts'
import { FacetChip, type FacetOption } from '../../ui/facet-chip.tsx'
import { count, moment } from '../../ui/format.ts'
import { RangeDialog } from '../../ui/range-dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { useZone } from '../../ui/time.tsx'
import { outcomeText, sourceText } from '../../words/outcomes.ts'
import { type ChipName, type EventsFilter, isFiltered } from './filter.ts'
import { type RangeName, ranges } from './range.ts'
import { text } from './text.ts'

type Props = {
  readonly filter: EventsFilter
  readonly onChange: (filter: EventsFilter) => void
  readonly facets: EventFacets | undefined
  /** The range is now, and nothing is counted. */
  readonly isLive: boolean
  /** At the end of the row. */
  readonly children: ReactNode
}

export function FilterRow({ filter, onChange, facets, isLive, children }: Props) {
  const [isOpen, setOpen] = useState(false)
  const chosen = Object.keys(filter.chips).length
  const counted = isLive ? undefined : facets
  const chip = (name: FacetField, label: string, named?: (facet: Facet) => string) => (
    <FacetChip
      key={name}
      label={label}
      options={optionsOf(name, filter.chips[name] ?? [], counted, named)}
      chosen={filter.chips[name] ?? []}
      onChange={(values) => onChange(withChip(filter, name, values))}
    />
  )
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        size="small"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="pointer-coarse:min-h-11 md:hidden"
      >
        <SlidersHorizontal aria-hidden size={14} />
        {chosen === 0 ? text.filters : `${text.filters} (${chosen})`}
      </Button>
      <span className={cn('contents', !isOpen && 'max-md:hidden')}>
        {chip('outcome', text.outcome, ({ value }) => outcomeText[value as keyof typeof outcomeText] ?? value)}
        {chip('reason', text.reason)}
        {chip('type', text.type)}
        {chip('source', text.source, ({ name }) => sourceText(name))}
        {chip('key', text.key)}
        <FacetChip
          label={text.mode}
          options={[
            { value: 'live', label: 'Live' },
            { value: 'test', label: 'Test' },
          ]}
          chosen={filter.chips.mode ?? []}
          onChange={(values) => onChange(withChip(filter, 'mode', values))}
        />
        <TimeChip filter={filter} onChange={onChange} isLive={isLive} />
        {isFiltered(filter) && (
          <Button size="small" kind="quiet" onClick={() => onChange({ ...filter, q: '', chips: {} })}>
            {text.clear}
          </Button>
        )}
      </span>
      <span className="ml-auto flex items-center gap-2">
        {counted !== undefined && counted.total !== null && (
          <span className="tabular whitespace-nowrap text-12 text-fg-3">
            {`${counted.isApproximate ? '≈ ' : ''}${text.total(count(counted.total))}`}
          </span>
        )}
        {children}
      </span>
    </div>
  )
}

function withChip(filter: EventsFilter, name: ChipName, values: readonly string[]): EventsFilter {
  const { [name]: _, ...others } = filter.chips
  return { ...filter, chips: values.length === 0 ? others : { ...others, [name]: values } }
}

const outcomes: readonly Facet[] = Object.entries(outcomeText).map(([value, name]) => ({ value, name, n: null }))

/** What was counted first, then what is chosen all the same; outcomes are few and always all there. */
function optionsOf(
  name: FacetField,
  chosen: readonly string[],
  facets: EventFacets | undefined,
  named: (facet: Facet) => string = (facet) => facet.name,
): readonly FacetOption[] {
  const counted = facets?.fields[name] ?? []
  const others: readonly Facet[] = [
    ...(name === 'outcome' ? outcomes : []),
    ...chosen.map((value) => ({ value, name: value, n: null })),
  ]
  const missing = others.filter(
    (other, n) =>
      !counted.some(({ value }) => value === other.value) &&
      others.findIndex(({ value }) => value === other.value) === n,
  )
  return [...counted, ...missing].map((facet) => ({
    value: facet.value,
    label: named(facet),
    count: facet.n === null ? undefined : `${facets?.isApproximate ? '≈ ' : ''}${count(facet.n)}`,
  }))
}

type TimeProps = Pick<Props, 'filter' | 'onChange' | 'isLive'>

function TimeChip({ filter, onChange, isLive }: TimeProps) {
  const { zone } = useZone()
  const [isCustom, setCustom] = useState(false)
  const shown = (at: Date) => moment(at, zone.timeZone, zone.hours)
  if (isLive) return <span className="px-2 text-12 text-fg-2">{`${text.time}: ${text.now}`}</span>
  return (
    <>
      {filter.between === undefined ? (
        <Select
          name="range"
          label={text.time}
          className="h-7 w-40 border-line-strong text-12 text-fg-2"
          value={filter.range as RangeName | 'custom'}
          onChange={(range) => (range === 'custom' ? setCustom(true) : onChange({ ...filter, range }))}
          choices={[
            ...Object.entries(ranges).map(([value, { label }]) => ({ value: value as RangeName, label })),
            { value: 'custom', label: text.custom },
          ]}
        />
      ) : (
        <span className="inline-flex">
          <button
            type="button"
            onClick={() => setCustom(true)}
            className="inline-flex min-h-7 items-center rounded-l-control bg-accent-soft px-2 text-12 text-accent-text pointer-coarse:min-h-11"
          >
            {shown(filter.between.from)} – {shown(filter.between.to)}
          </button>
          <button
            type="button"
            aria-label={text.removeRange}
            onClick={() => onChange({ ...filter, between: undefined })}
            className="inline-flex min-h-7 items-center rounded-r-control bg-accent-soft pr-1.5 pl-1 text-accent-text"
          >
            <X aria-hidden size={13} />
          </button>
        </span>
      )}
      <RangeDialog
        isOpen={isCustom}
        onOpenChange={setCustom}
        start={filter.between ?? ranges[filter.range].ms}
        onChoose={(between) => onChange({ ...filter, between })}
      />
    </>
  )
}
