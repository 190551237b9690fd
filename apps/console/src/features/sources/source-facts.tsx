'use client'

import type { SourceStatus } from '@eventmesh/db'
import { count } from '../../ui/format.ts'
import { type Bar, Spark } from '../../ui/spark.tsx'
import { StatusMark } from '../../ui/status.tsx'
import { Time } from '../../ui/time.tsx'
import { statusSeverity, statusText, text } from './text.ts'

export function SourceStatusMark({ status }: { readonly status: SourceStatus }) {
  if (status === 'deleted') return null
  return <StatusMark severity={statusSeverity[status]} label={statusText[status]} />
}

export function DayOfDeliveries({ usage }: { readonly usage: readonly Bar[] }) {
  const total = (pick: 'accepted' | 'rejected') => usage.reduce((all, hour) => all + hour[pick], 0)
  return <Spark bars={usage} label={text.usage(count(total('accepted')), count(total('rejected')))} />
}

export function LastReceived({ at }: { readonly at: string | null }) {
  if (at === null) return <span className="text-fg-3">{text.nothingYet}</span>
  return <Time at={at} as="relative" className="whitespace-nowrap" />
}

export function TestTag({ mode }: { readonly mode: 'live' | 'test' }) {
  if (mode === 'live') return null
  return <span className="rounded-[4px] bg-hover px-1.5 text-12 text-fg-2 group-hover:bg-bg">{text.test}</span>
}

/** A letter in the place of a logo: those are other people's marks. */
export function Initial({ name }: { readonly name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-5 shrink-0 place-items-center rounded-[5px] bg-hover font-semibold text-11 text-fg-2 uppercase group-hover:bg-bg"
    >
      {[...name][0] ?? '·'}
    </span>
  )
}
