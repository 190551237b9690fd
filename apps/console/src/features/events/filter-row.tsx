'use client'

import type { EventFacets, Facet, FacetField } from '@eventmesh/db'
import { SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/class-names.ts'
import { Dialog, opensDialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { FacetChip, type FacetOption } from '../../ui/facet-chip.tsx'
import { count, day, shortClock } from '../../ui/format.ts'
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
  /** A range that was chosen ends a live tail, whose range is now. */
  readonly onRange: (filter: EventsFilter) => void
  readonly facets: EventFacets | undefined
  /** Nothing is counted. */
  readonly isLive: boolean
  /** At the end of the row. */
  readonly children: ReactNode
}

/** In one row; below 768 px behind a button, in a sheet. */
export function FilterRow({ filter, onChange, onRange, facets, isLive, children }: Props) {
  const [isOpen, setOpen] = useState(false)
  const chosen = Object.keys(filter.chips).length
  const counted = isLive ? undefined : facets
  const clear = (size: 'small' | 'normal') =>
    isFiltered(filter) && (
      <Button size={size} kind="quiet" onClick={() => onChange({ ...filter, q: '', chips: {} })}>
        {text.clear}
      </Button>
    )
  const controls = (isWide: boolean) => (
    <>
      <Chips filter={filter} onChange={onChange} facets={counted} isWide={isWide} />
      <TimeChip filter={filter} onRange={onRange} isLive={isLive} isWide={isWide} />
    </>
  )
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        size="small"
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        {...opensDialog}
        onClick={() => setOpen(true)}
        className="md:hidden"
      >
        <SlidersHorizontal aria-hidden size={14} />
        {chosen === 0 ? text.filters : `${text.filters} (${chosen})`}
      </Button>
      <span className="contents max-md:hidden">
        {controls(false)}
        {clear('small')}
      </span>
      <Dialog isOpen={isOpen} onOpenChange={setOpen} title={text.filters} className="md:hidden">
        <DialogBody>
          <div className="flex flex-col gap-3">{controls(true)}</div>
        </DialogBody>
        <DialogFooter>
          {clear('normal')}
          <Button kind="primary" onClick={() => setOpen(false)}>
            {text.showFiltered}
          </Button>
        </DialogFooter>
      </Dialog>
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

const modes = Object.entries(text.modes).map(([value, label]) => ({ value, label }))

type ChipsProps = Pick<Props, 'filter' | 'onChange' | 'facets'> & { readonly isWide: boolean }

function Chips({ filter, onChange, facets, isWide }: ChipsProps) {
  const chip = (name: FacetField, named?: (facet: Facet) => string) => (
    <FacetChip
      key={name}
      label={text.chips[name]}
      options={optionsOf(name, filter.chips[name] ?? [], facets, named)}
      chosen={filter.chips[name] ?? []}
      onChange={(values) => onChange(withChip(filter, name, values))}
      isWide={isWide}
    />
  )
  return (
    <>
      {chip('outcome', ({ value }) => outcomeText[value as keyof typeof outcomeText] ?? value)}
      {chip('reason')}
      {chip('type')}
      {chip('source', ({ name }) => sourceText(name))}
      {chip('key')}
      <FacetChip
        label={text.chips.mode}
        options={modes}
        chosen={filter.chips.mode ?? []}
        onChange={(values) => onChange(withChip(filter, 'mode', values))}
        isWide={isWide}
      />
    </>
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

type TimeProps = Pick<Props, 'filter' | 'onRange' | 'isLive'> & { readonly isWide: boolean }

function TimeChip({ filter, onRange, isLive, isWide }: TimeProps) {
  const { zone } = useZone()
  const [isCustom, setCustom] = useState(false)
  const { range, between } = filter
  const shown = (at: Date) => `${day(at, zone.timeZone)}, ${shortClock(at, zone.timeZone, zone.hours)}`
  const isBetween = between !== undefined && !isLive
  return (
    <>
      <Select
        name="range"
        label={text.time}
        className={cn(
          'h-7 border-line-strong text-12 text-fg-2',
          isBetween ? 'w-60 border-transparent bg-accent-soft text-accent-text' : 'w-40',
          isWide && 'w-full',
        )}
        value={(isLive ? 'now' : isBetween ? 'between' : range) as RangeName | 'now' | 'between' | 'custom'}
        onChange={(chosen) => {
          if (chosen === 'custom') setCustom(true)
          else if (chosen !== 'now' && chosen !== 'between') onRange({ ...filter, range: chosen, between: undefined })
        }}
        choices={[
          ...(isLive ? [{ value: 'now' as const, label: text.now }] : []),
          ...Object.entries(text.ranges).map(([value, label]) => ({ value: value as RangeName, label })),
          ...(isBetween ? [{ value: 'between' as const, label: `${shown(between.from)} – ${shown(between.to)}` }] : []),
          { value: 'custom', label: text.custom },
        ]}
      />
      <RangeDialog
        isOpen={isCustom}
        onOpenChange={setCustom}
        start={between ?? ranges[range].ms}
        onChoose={(chosen) => onRange({ ...filter, between: chosen })}
      />
    </>
  )
}
