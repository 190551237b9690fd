'use client'

import { BarList, type BarRow } from '../../ui/bar-list.tsx'
import { type Bar, Spark } from '../../ui/spark.tsx'
import { type Layer, StepArea, type StepBucket } from '../../ui/step-area.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Specimen, State } from './specimen.tsx'

const outcomes: readonly Layer[] = [
  { key: 'accepted', label: 'Accepted', colour: 'var(--accent)', opacity: 0.14, hasStroke: true },
  { key: 'duplicate', label: 'Duplicate', colour: 'var(--dup)', opacity: 0.7 },
  { key: 'rejected', label: 'Rejected', colour: 'var(--bad)', opacity: 0.7 },
]
const latencies: readonly Layer[] = [
  { key: 'p50', label: 'p50', colour: 'var(--fg-3)', opacity: 1 },
  { key: 'p99', label: 'p99', colour: 'var(--accent)', opacity: 1 },
]
const start = Date.UTC(2026, 10, 23, 14)
const minuteMs = 60_000

/** A wave, so that every rendering is the same. */
const wave = (n: number) => Math.round(80 + 40 * Math.sin(n / 4) + 12 * Math.sin(n * 1.7))

function buckets(values: (n: number) => StepBucket['values']): readonly StepBucket[] {
  return Array.from({ length: 48 }, (_, n) => ({
    at: new Date(start + n * minuteMs).toISOString(),
    isPartial: n === 47,
    values: values(n),
    href: '#StepArea',
  }))
}

const mixed = buckets((n) => ({
  accepted: wave(n),
  duplicate: n % 7 === 0 ? 14 : 3,
  rejected: n > 30 && n < 35 ? 30 : 0,
}))
const nothing = buckets(() => ({ accepted: 0, duplicate: 0, rejected: 0 }))
const gaps = buckets((n) => (n > 20 && n < 26 ? { p50: null, p99: null } : { p50: 3 + (n % 4), p99: wave(n) / 4 }))

const hours: readonly Bar[] = Array.from({ length: 24 }, (_, n) => ({ accepted: wave(n), rejected: n === 9 ? 60 : 0 }))
const rows: readonly BarRow[] = [
  ['order.created', 8_210, 0.684],
  ['invoice.payment_failed', 2_940, 0.245],
  ['a.type.whose.name.goes.on.for.quite.a.while.and.then.some.more.of.it', 852, 0.071],
].map(([label, n, share]) => ({
  key: `${label}`,
  label: `${label}`,
  n: Number(n),
  share: Number(share),
  href: '#BarList',
}))

export function FigureKit() {
  return (
    <>
      <Specimen name="StepArea">
        <State name="stacked; the last bucket is not over" isWide>
          <div className="w-full">
            <StepArea label="Events by outcome" layers={outcomes} buckets={mixed} isWithDays={false} />
          </div>
        </State>
        <State name="nothing" isWide>
          <div className="w-full">
            <StepArea label="No events" layers={outcomes} buckets={nothing} isWithDays />
          </div>
        </State>
        <State name="lines, with a gap" isWide>
          <div className="w-full">
            <StepArea
              label="Latency"
              layers={latencies}
              buckets={gaps}
              isWithDays={false}
              kind="lines"
              unit="ms"
              totals={{ p50: 4.2, p99: null }}
            />
          </div>
        </State>
      </Specimen>
      <Specimen name="Spark">
        <State name="with rejections">
          <Spark bars={hours} label="1,920 accepted, 60 rejected" />
        </State>
        <State name="nothing">
          <Spark bars={hours.map(() => ({ accepted: 0, rejected: 0 }))} label="Nothing in 24 hours" />
        </State>
      </Specimen>
      <Specimen name="BarList">
        <State name="shares" isWide>
          <div className="w-full">
            <BarList rows={rows} empty="No types yet" />
          </div>
        </State>
        <State name="of faults" isWide>
          <div className="w-full">
            <BarList rows={rows.slice(0, 2)} empty="No rejections" isBad />
          </div>
        </State>
        <State name="nothing">
          <BarList rows={[]} empty="No rejections in this range" />
        </State>
      </Specimen>
      <Specimen name="Table">
        <State name="Th, Tr, Td; a chosen row" isWide>
          <Table>
            <thead>
              <tr>
                <Th>Name</Th>
                <Th>Status</Th>
                <Th className="text-right">Events</Th>
              </tr>
            </thead>
            <tbody>
              {['prod-backend', 'ci', 'laptop'].map((name, n) => (
                <Tr key={name} className={n === 1 ? 'bg-selected' : ''}>
                  <Td>{name}</Td>
                  <Td>Active</Td>
                  <Td className="tabular text-right">{wave(n)}</Td>
                </Tr>
              ))}
            </tbody>
          </Table>
        </State>
      </Specimen>
    </>
  )
}
