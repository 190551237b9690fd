'use client'

import { count, span } from '../../ui/format.ts'
import { Spark } from '../../ui/spark.tsx'
import { Pill, StatusMark } from '../../ui/status.tsx'
import { Time, useNow } from '../../ui/time.tsx'
import type { KeyRow } from './key-row.ts'
import { statusSeverity, statusText, text } from './text.ts'

export function KeyStatusMark({ row }: { readonly row: KeyRow }) {
  const now = useNow()
  const label = statusText[row.status]
  const left = now && row.overlapEndsAt ? span(new Date(row.overlapEndsAt).getTime() - now.getTime()) : undefined
  if (row.status === 'rotating_out' && left !== undefined) return <Pill severity="warn">{text.left(label, left)}</Pill>
  return <StatusMark severity={statusSeverity[row.status]} label={label} />
}

export function LastUsed({ row }: { readonly row: KeyRow }) {
  if (row.lastUsedAt === null) return <span className="text-fg-3">{text.neverUsed}</span>
  return (
    <span className="whitespace-nowrap">
      <Time at={row.lastUsedAt} as="relative" />
      {row.lastUsedIp !== null && <span className="text-fg-3"> · {row.lastUsedIp}</span>}
    </span>
  )
}

/** Its own expiry, or the end of its overlap where that comes first. */
export function Expires({ row }: { readonly row: KeyRow }) {
  const [end] = [row.expiresAt, row.overlapEndsAt].filter((at) => at !== null).sort()
  if (end === undefined) return <span className="text-fg-3">{text.never}</span>
  return <Time at={end} as="relative" className="whitespace-nowrap" />
}

export function DayOfUse({ row }: { readonly row: KeyRow }) {
  const total = (pick: 'accepted' | 'rejected') => row.usage.reduce((all, hour) => all + hour[pick], 0)
  return <Spark bars={row.usage} label={text.usage(count(total('accepted')), count(total('rejected')))} />
}

export function Mode({ mode }: { readonly mode: 'live' | 'test' }) {
  return mode === 'live' ? (
    <span>{text.live}</span>
  ) : (
    <span className="rounded-[4px] bg-hover px-1.5 text-12 text-fg-2 group-hover:bg-bg">{text.test}</span>
  )
}
