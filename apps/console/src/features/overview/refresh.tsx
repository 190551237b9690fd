'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { cn } from '../../ui/class-names.ts'
import { Select } from '../../ui/select.tsx'
import { Time } from '../../ui/time.tsx'
import { text } from './text.ts'

/** When the page was drawn, and whether it goes on by itself: in the header, on a phone in a row of its own. */
export function Refresh({ at, className }: { readonly at: string; readonly className: string }) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  function show(value: 'on' | 'off') {
    const next = new URLSearchParams(params)
    if (value === 'on') next.delete('refresh')
    else next.set('refresh', value)
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }
  return (
    <div className={cn('items-center gap-2', className)}>
      <span className="tabular text-12 text-fg-3">
        {text.updated} <Time at={at} as="clock" />
      </span>
      <Select
        name="refresh"
        label={text.refresh}
        className="h-7 w-40 border-line-strong text-12 text-fg-2"
        value={refreshes(params) ? 'on' : 'off'}
        onChange={show}
        choices={[
          { value: 'on', label: text.refresh },
          { value: 'off', label: text.noRefresh },
        ]}
      />
    </div>
  )
}

export function refreshes(params: { get(name: string): string | null }): boolean {
  return params.get('refresh') !== 'off'
}
