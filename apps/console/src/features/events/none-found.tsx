import type { ReactNode } from 'react'
import { LinkButton } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { outcomeText, sourceText } from '../../words/outcomes.ts'
import { type ChipName, chipNames, type EventsFilter, isFiltered, widened, writeFilter } from './filter.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly filter: EventsFilter
  /** An id is looked for in the whole history. */
  readonly isRangeIgnored: boolean
  /** Where the last 30 days hold what this range does not. */
  readonly outside: 'older' | 'newer' | undefined
}

/** No row under these filters: which ones they are, and the ways to more. */
export function NoneFound({ slug, filter, isRangeIgnored, outside }: Props) {
  const base = `/${slug}/events`
  const wider = isRangeIgnored ? undefined : widened(filter)
  const widest = writeFilter({ ...filter, range: '30d', between: undefined })
  return (
    <EmptyState
      title={text.noneTitle}
      actions={
        <>
          {isFiltered(filter) && <LinkButton href={base}>{text.clear}</LinkButton>}
          {wider !== undefined && <LinkButton href={`${base}?${writeFilter(wider)}`}>{text.widen}</LinkButton>}
        </>
      }
    >
      <ul className="m-0 flex list-none flex-wrap justify-center gap-2 p-0" aria-label={text.active}>
        {filter.q !== '' && (
          <Chip>
            <code className="break-all">{filter.q}</code>
          </Chip>
        )}
        {chipNames.map((name) => {
          const values = filter.chips[name]
          return values === undefined ? null : (
            <Chip key={name}>
              {`${text.chips[name]}: `}
              <span className="break-all font-medium">{values.map((value) => shownValue(name, value)).join(', ')}</span>
            </Chip>
          )
        })}
        {!isRangeIgnored && (
          <Chip>
            {filter.between === undefined ? (
              text.ranges[filter.range]
            ) : (
              <>
                <Time at={filter.between.from.toISOString()} /> – <Time at={filter.between.to.toISOString()} />
              </>
            )}
          </Chip>
        )}
      </ul>
      {outside !== undefined && (
        <p className="mt-4 flex flex-wrap items-center justify-center gap-x-2 gap-y-1">
          <span>{outside === 'older' ? text.olderExist : text.newerExist}</span>
          <span aria-hidden>·</span>
          <LinkButton size="small" href={`${base}?${widest}`}>
            {text.searchAll}
          </LinkButton>
        </p>
      )}
    </EmptyState>
  )
}

function shownValue(name: ChipName, value: string): string {
  if (name === 'outcome') return outcomeText[value as keyof typeof outcomeText] ?? value
  if (name === 'mode') return text.modes[value as keyof typeof text.modes] ?? value
  return name === 'source' ? sourceText(value) : value
}

function Chip({ children }: { readonly children: ReactNode }) {
  return <li className="rounded-control bg-accent-soft px-2 py-1 text-left text-12 text-accent-text">{children}</li>
}
