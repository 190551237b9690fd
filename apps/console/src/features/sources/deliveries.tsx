import Link from 'next/link'
import { StatusMark } from '../../ui/status.tsx'
import { Time } from '../../ui/time.tsx'
import { outcomeText } from '../../words/outcomes.ts'
import { Evidence } from './evidence.tsx'
import type { DeliveryRow, SourceRow } from './source-row.ts'
import { text } from './text.ts'
import { UseDecoding } from './use-decoding.tsx'

const { testing } = text

type Place = {
  readonly slug: string
  readonly source: Pick<SourceRow, 'id' | 'options'>
  readonly canWrite: boolean
}

/** How deliveries were proved, each with what a person needs to mend it. */
export function Deliveries({ rows, ...place }: Place & { readonly rows: readonly DeliveryRow[] }) {
  return (
    <ul className="m-0 flex list-none flex-col p-0">
      {rows.map((row) => (
        <Delivery key={row.id} {...place} row={row} />
      ))}
    </ul>
  )
}

function Delivery({ slug, source, canWrite, row }: Place & { readonly row: DeliveryRow }) {
  const { decoding } = row.evidence
  const isFailed = row.verdict === 'fail' || row.outcome === 'rejected'
  return (
    <li className="flex flex-col gap-1.5 border-line border-b py-1.5 last:border-b-0" data-delivery={row.verdict}>
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Time at={row.at} as="clock" className="font-mono text-12 text-fg-2" />
        <StatusMark severity={isFailed ? 'bad' : 'ok'} label={isFailed ? testing.fail : testing.pass} />
        {row.type !== null && <span className="font-medium">{row.type}</span>}
        {row.diagnosis !== null && <code className="text-fg-2">{row.diagnosis}</code>}
        {!isFailed && row.outcome !== null && row.outcome !== 'accepted' && (
          <span className="text-fg-2">{outcomeText[row.outcome as keyof typeof outcomeText]}</span>
        )}
        <Link
          href={`/${slug}/events/${row.id}`}
          prefetch={false}
          className="ml-auto text-12 text-accent-text no-underline hover:underline"
        >
          {testing.openEvent}
        </Link>
      </span>
      {row.detail !== null && <p className="text-fg">{row.detail}</p>}
      {row.detail === null && isFailed && row.fix !== null && <p className="text-fg-2">{row.fix}</p>}
      {typeof decoding === 'string' && (
        <UseDecoding
          slug={slug}
          sourceId={source.id}
          decoding={decoding}
          isUsed={source.options.key === decoding}
          disabledReason={canWrite ? undefined : text.needsWrite}
        />
      )}
      <Evidence of={row.evidence} />
    </li>
  )
}
