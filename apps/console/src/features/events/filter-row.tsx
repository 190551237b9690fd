'use client'

import { X } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/choice.tsx'
import { FacetChip } from '../../ui/facet-chip.tsx'
import { moment } from '../../ui/format.ts'
import { useZone } from '../../ui/time.tsx'
import { outcomeText } from '../../words/outcomes.ts'
import { type ChipName, type EventsFilter, isFiltered } from './filter.ts'
import { type RangeName, ranges } from './range.ts'
import { text } from './text.ts'

type Props = { readonly filter: EventsFilter; readonly onChange: (filter: EventsFilter) => void }

const typedChips = ['reason', 'type', 'source', 'key'] as const satisfies readonly ChipName[]

export function FilterRow({ filter, onChange }: Props) {
  const { zone } = useZone()
  const choose = (name: ChipName) => (values: readonly string[]) => {
    const { [name]: _, ...others } = filter.chips
    onChange({ ...filter, chips: values.length === 0 ? others : { ...others, [name]: values } })
  }
  const shown = (at: Date) => moment(at, zone.timeZone)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <FacetChip
        label={text.outcome}
        options={Object.entries(outcomeText).map(([value, label]) => ({ value, label }))}
        chosen={filter.chips.outcome ?? []}
        onChange={choose('outcome')}
      />
      <FacetChip
        label={text.mode}
        options={[
          { value: 'live', label: 'Live' },
          { value: 'test', label: 'Test' },
        ]}
        chosen={filter.chips.mode ?? []}
        onChange={choose('mode')}
      />
      {typedChips.map((name) => {
        const values = filter.chips[name]
        return values === undefined ? null : (
          <FacetChip
            key={name}
            label={name}
            options={values.map((value) => ({ value, label: value }))}
            chosen={values}
            onChange={choose(name)}
          />
        )
      })}
      {filter.between === undefined ? (
        <Select
          name="range"
          label={text.time}
          className="h-7 w-40 border-line-strong text-12 text-fg-2"
          value={filter.range}
          onChange={(range) => onChange({ ...filter, range })}
          choices={Object.entries(ranges).map(([value, { label }]) => ({ value: value as RangeName, label }))}
        />
      ) : (
        <button
          type="button"
          onClick={() => onChange({ ...filter, between: undefined })}
          className="inline-flex h-7 items-center gap-1 rounded-control bg-accent-soft px-2 text-12 text-accent-text"
        >
          {shown(filter.between.from)} – {shown(filter.between.to)}
          <X aria-hidden size={13} />
          <span className="sr-only">Remove time range</span>
        </button>
      )}
      {isFiltered(filter) && (
        <Button size="small" kind="quiet" onClick={() => onChange({ ...filter, q: '', chips: {} })}>
          {text.clear}
        </Button>
      )}
    </div>
  )
}
