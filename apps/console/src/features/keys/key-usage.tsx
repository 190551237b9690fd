import { BarList } from '../../ui/bar-list.tsx'
import { Section } from '../../ui/states.tsx'
import { StepArea } from '../../ui/step-area.tsx'
import type { DayOfOutcomes } from './key-row.ts'
import { text } from './text.ts'

const dayMs = 86_400_000
const outcomes = ['accepted', 'duplicate', 'quarantined', 'rejected'] as const
const layers = {
  accepted: { colour: 'var(--accent)', opacity: 0.14, hasStroke: true },
  duplicate: { colour: 'var(--dup)', opacity: 0.7 },
  quarantined: { colour: 'var(--warn)', opacity: 0.7 },
  rejected: { colour: 'var(--bad)', opacity: 0.7 },
} as const

type Props = {
  readonly slug: string
  readonly id: string
  readonly month: readonly DayOfOutcomes[]
  readonly rejections: readonly { readonly reason: string; readonly n: number }[]
}

/** What became of a key's requests in 30 days, day by day, and why some were refused. */
export function KeyUsage({ slug, id, month, rejections }: Props) {
  const events = (params: Readonly<Record<string, string>>) =>
    `/${slug}/events?${new URLSearchParams({ key: id, ...params })}`
  const total = (outcome: (typeof outcomes)[number]) => month.reduce((all, day) => all + day.values[outcome], 0)
  const shown = outcomes.filter((outcome) => outcome !== 'quarantined' || total(outcome) > 0)
  const rejected = rejections.reduce((all, { n }) => all + n, 0)
  return (
    <>
      <Section title={text.usage30}>
        {outcomes.every((outcome) => total(outcome) === 0) ? (
          <p className="text-fg-3">{text.noUsage}</p>
        ) : (
          <StepArea
            label={text.outcomes.chart}
            isWithDays
            layers={shown.map((key) => ({ key, label: text.outcomes[key], ...layers[key] }))}
            buckets={month.map(({ at, values }, n) => ({
              at,
              isPartial: n === month.length - 1,
              values,
              href: events({ from: at, to: new Date(new Date(at).getTime() + dayMs).toISOString() }),
            }))}
          />
        )}
      </Section>
      <Section title={text.rejections} className="xl:col-span-2">
        <BarList
          rows={rejections.map(({ reason, n }) => ({
            key: reason,
            label: reason,
            n,
            share: n / rejected,
            href: events({ reason, range: '30d' }),
          }))}
          empty={text.noRejections}
          isBad
        />
      </Section>
    </>
  )
}
