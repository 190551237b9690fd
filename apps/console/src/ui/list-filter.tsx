'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { SearchField } from './search-field.tsx'
import { Select } from './select.tsx'

const all = 'all'

export type ListFilterProps = {
  readonly searchLabel: string
  /** By value, how each is called. */
  readonly statuses: Readonly<Record<string, string>>
  readonly anyStatus: string
}

/** Status and search live in the address: a reload and a pasted link show the same list. */
export function ListFilter({ searchLabel, statuses, anyStatus }: ListFilterProps) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()

  function show(name: 'q' | 'status', value: string) {
    const next = new URLSearchParams(params)
    if (value === '' || value === all) next.delete(name)
    else next.set(name, value)
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }

  return (
    <search className="flex gap-2 border-line border-b px-4 py-2">
      <SearchField
        label={searchLabel}
        initial={params.get('q') ?? ''}
        onSearch={(text) => show('q', text)}
        className="max-sm:w-auto max-sm:flex-1"
      />
      <Select
        name="status"
        label="Status"
        className="h-7 w-36 border-line-strong text-12 text-fg-2"
        value={params.get('status') ?? all}
        onChange={(value) => show('status', value)}
        choices={[
          { value: all, label: anyStatus },
          ...Object.entries(statuses).map(([value, label]) => ({ value, label })),
        ]}
      />
    </search>
  )
}
