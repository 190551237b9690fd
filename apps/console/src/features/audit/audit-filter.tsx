'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { FacetChip } from '../../ui/facet-chip.tsx'
import { RangeDialog } from '../../ui/range-dialog.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { Select } from '../../ui/select.tsx'
import { isRangeName, listOf, ranges, readAuditFilter } from './filter.ts'
import { text } from './text.ts'

type Names = { readonly actors: readonly string[]; readonly actions: readonly string[] }

/** Actor, action, target and range, all in the address. What there is to choose comes after it, or not at all. */
export function AuditFilterRow({ names }: { readonly names: Promise<Names> }) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const [isCustom, setCustom] = useState(false)
  const [{ actors, actions }, setNames] = useState<Names>({ actors: [], actions: [] })
  useEffect(() => void names.then(setNames), [names])

  function show(change: Readonly<Record<string, string>>) {
    const next = new URLSearchParams(params)
    next.delete('before')
    for (const [name, value] of Object.entries(change)) {
      if (value === '') next.delete(name)
      else next.set(name, value)
    }
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }

  const named = params.get('range')
  const { range } = readAuditFilter(params, new Date())
  const chosen = isRangeName(named) ? named : range === undefined ? 'all' : 'custom'
  return (
    <search className="flex flex-wrap gap-2 border-line border-b px-4 py-2">
      <SearchField
        label={text.searchTarget}
        initial={params.get('target') ?? ''}
        onSearch={(target) => show({ target })}
        className="w-72"
      />
      <FacetChip
        label={text.actor}
        options={actors.map((value) => ({ value, label: value }))}
        chosen={listOf(params.get('actor'))}
        onChange={(values) => show({ actor: values.join(',') })}
      />
      <FacetChip
        label={text.action}
        options={actions.map((value) => ({ value, label: value }))}
        chosen={listOf(params.get('action'))}
        onChange={(values) => show({ action: values.join(',') })}
      />
      <Select
        name="range"
        label={text.range}
        className="h-7 w-36 border-line-strong text-12 text-fg-2"
        value={chosen}
        onChange={(value) =>
          value === 'custom' ? setCustom(true) : show({ range: value === 'all' ? '' : value, from: '', to: '' })
        }
        choices={[
          { value: 'all', label: text.anyTime },
          ...Object.keys(ranges).map((value) => ({ value, label: text.last[value as keyof typeof ranges] })),
          { value: 'custom', label: text.custom },
        ]}
      />
      <RangeDialog
        isOpen={isCustom}
        onOpenChange={setCustom}
        start={range?.to === undefined ? ranges['24h'] : { from: range.from, to: range.to }}
        onChoose={({ from, to }) => show({ range: '', from: from.toISOString(), to: to.toISOString() })}
      />
    </search>
  )
}
