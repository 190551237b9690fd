import Link from 'next/link'
import { count, percent } from './format.ts'

export type BarRow = {
  readonly key: string
  readonly label: string
  readonly n: number
  readonly share: number
  readonly href: string
}

/** Each row is a link; its bar is its share. */
export function BarList({
  rows,
  empty,
  isBad = false,
}: {
  readonly rows: readonly BarRow[]
  readonly empty: string
  readonly isBad?: boolean
}) {
  if (rows.length === 0) return <p className="py-2 text-fg-3">{empty}</p>
  const max = Math.max(...rows.map(({ share }) => share))
  return (
    <ol className="m-0 list-none p-0">
      {rows.map((row) => (
        <li key={row.key}>
          <Link
            href={row.href}
            prefetch={false}
            className="relative grid h-8 grid-cols-[minmax(0,1fr)_auto_52px] items-center gap-3 rounded-[4px] px-2 text-fg no-underline hover:bg-hover pointer-coarse:h-11"
          >
            <span
              aria-hidden
              className={`absolute inset-y-1 left-0 rounded-[4px] ${isBad ? 'bg-bad-soft' : 'bg-accent-soft'}`}
              style={{ width: `${Math.max(1, (row.share / max) * 100)}%` }}
            />
            <span className="relative truncate">{row.label}</span>
            <span className="tabular relative">{count(row.n)}</span>
            <span className="tabular relative text-right text-fg-2">{percent(row.share)}</span>
          </Link>
        </li>
      ))}
    </ol>
  )
}
