'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { cn } from '../../ui/class-names.ts'
import { day, shortClock } from '../../ui/format.ts'
import { RangeDialog } from '../../ui/range-dialog.tsx'
import { Select } from '../../ui/select.tsx'
import { useZone } from '../../ui/time.tsx'
import { type OverviewRange, type RangeName, rangeMs, readRange, writeRange } from './range.ts'
import { Refresh, refreshes } from './refresh.tsx'
import { text } from './text.ts'

const everyMs = 10_000

/** Range and refresh live in the address; a hidden tab stops asking, and asks when it is seen again. */
export function RangeRow({ at }: { readonly at: string }) {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const range = readRange(params)
  const { zone } = useZone()
  const [isCustom, setCustom] = useState(false)
  const isRefreshed = refreshes(params)
  useEffect(() => {
    if (!isRefreshed) return
    const refresh = () => {
      if (!document.hidden) router.refresh()
    }
    const timer = setInterval(refresh, everyMs)
    document.addEventListener('visibilitychange', refresh)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', refresh)
    }
  }, [isRefreshed, router])

  const shown = (moment: Date) => `${day(moment, zone.timeZone)}, ${shortClock(moment, zone.timeZone, zone.hours)}`

  function show(next: URLSearchParams) {
    router.push(next.size === 0 ? path : `${path}?${next}`, { scroll: false })
  }

  function showRange(chosen: OverviewRange) {
    const next = new URLSearchParams(params)
    for (const name of ['range', 'from', 'to']) next.delete(name)
    for (const [name, value] of Object.entries(writeRange(chosen))) next.set(name, value)
    show(next)
  }

  return (
    <>
      <Refresh at={at} className="flex max-md:hidden" />
      <Select
        name="range"
        label={text.range}
        className={cn('h-7 border-line-strong text-12 text-fg-2', range.name === 'custom' ? 'w-56' : 'w-36')}
        value={range.name as RangeName | 'custom' | 'other'}
        onChange={(name) => (name === 'other' ? setCustom(true) : name !== 'custom' && showRange({ name }))}
        choices={[
          ...Object.entries(text.ranges).map(([value, label]) => ({ value: value as RangeName, label })),
          ...(range.name === 'custom'
            ? [{ value: 'custom' as const, label: `${shown(range.from)} – ${shown(range.to)}` }]
            : []),
          { value: 'other', label: text.custom },
        ]}
      />
      <RangeDialog
        isOpen={isCustom}
        onOpenChange={setCustom}
        start={range.name === 'custom' ? range : rangeMs[range.name]}
        onChoose={(between) => showRange({ name: 'custom', ...between })}
      />
    </>
  )
}
