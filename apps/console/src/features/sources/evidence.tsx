import type { ReactNode } from 'react'
import { bytes } from '../../ui/format.ts'
import { Time } from '../../ui/time.tsx'
import type { DeliveryRow } from './source-row.ts'
import { text } from './text.ts'

const { evidence: names } = text

/** What was found when a delivery's proof failed. */
export function Evidence({ of }: { readonly of: DeliveryRow['evidence'] }) {
  const facts = factsOf(of)
  if (facts.length === 0) return null
  return (
    <dl className="m-0 flex flex-wrap gap-x-4 gap-y-0.5 text-12">
      {facts.map(([name, value]) => (
        <div key={name} className="flex min-w-0 gap-1.5">
          <dt className="text-fg-3">{name}</dt>
          <dd className="m-0 min-w-0 break-all font-mono">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function factsOf(evidence: DeliveryRow['evidence']): readonly (readonly [name: string, value: ReactNode])[] {
  return Object.entries(names).flatMap(([member, name]): readonly (readonly [string, ReactNode])[] => {
    const value = evidence[member]
    if (value === null || value === undefined) return []
    if (member === 'bodyBytes') return [[name, bytes(Number(value))]]
    if (member === 'signedAt') return [[name, <Time key={member} at={String(value)} />]]
    if (member === 'skewS') return [[name, `${Math.round(Number(value))} s`]]
    const isCut = member === 'received' || member === 'expected'
    return [[name, isCut ? `${value}…` : String(value)]]
  })
}
