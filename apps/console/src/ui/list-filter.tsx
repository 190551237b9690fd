'use client'

import { Search } from 'lucide-react'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { Select } from './choice.tsx'
import { controlClass } from './field.tsx'

const pauseMs = 250
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
  const [search, setSearch] = useState(params.get('q') ?? '')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  function show(name: 'q' | 'status', value: string) {
    const next = new URLSearchParams(params)
    if (value === '' || value === all) next.delete(name)
    else next.set(name, value)
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }
  useEffect(() => () => clearTimeout(timer.current), [])

  return (
    <search className="flex gap-2 border-line border-b px-4 py-2">
      <span className="relative w-64 max-sm:flex-1">
        <Search aria-hidden size={14} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3" />
        <input
          type="search"
          aria-label={searchLabel}
          placeholder={searchLabel}
          value={search}
          onChange={(event) => {
            const { value } = event.currentTarget
            setSearch(value)
            clearTimeout(timer.current)
            timer.current = setTimeout(() => show('q', value.trim()), pauseMs)
          }}
          className={`${controlClass} h-7 pl-8 pointer-coarse:h-11`}
        />
      </span>
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
