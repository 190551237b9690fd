'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect } from 'react'
import { Select } from '../../ui/choice.tsx'
import { Time } from '../../ui/time.tsx'
import { type RangeName, ranges, readRange } from './range.ts'
import { text } from './text.ts'

const everyMs = 10_000

/** Range and refresh live in the address; a hidden tab stops asking. */
export function RangeRow({ at }: { readonly at: string }) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const refreshes = params.get('refresh') !== 'off'
  useEffect(() => {
    if (!refreshes) return
    const timer = setInterval(() => {
      if (!document.hidden) router.refresh()
    }, everyMs)
    return () => clearInterval(timer)
  }, [refreshes, router])

  function show(name: 'range' | 'refresh', value: string, fallback: string) {
    const next = new URLSearchParams(params)
    if (value === fallback) next.delete(name)
    else next.set(name, value)
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }

  return (
    <>
      <span className="tabular text-12 text-fg-3 max-lg:hidden">
        {text.updated} <Time at={at} as="clock" />
      </span>
      <Select
        name="refresh"
        label={text.refresh}
        className="h-7 w-40 border-line-strong text-12 text-fg-2 max-md:hidden"
        value={refreshes ? 'on' : 'off'}
        onChange={(value) => show('refresh', value, 'on')}
        choices={[
          { value: 'on', label: text.refresh },
          { value: 'off', label: text.noRefresh },
        ]}
      />
      <Select
        name="range"
        label="Range"
        className="h-7 w-36 border-line-strong text-12 text-fg-2"
        value={readRange(params.get('range'))}
        onChange={(value) => show('range', value, '24h')}
        choices={Object.entries(ranges).map(([value, { label }]) => ({ value: value as RangeName, label }))}
      />
    </>
  )
}
