import type { AuditRow } from '@eventmesh/db'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { cn } from '../../ui/class-names.ts'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { OpenRows } from './open-rows.tsx'
import { did, kindOf, text } from './text.ts'

/** Append-only entries, newest first; a row opens to the fields that changed. */
export function AuditTable({
  rows,
  slug,
  isShort = false,
  open,
}: {
  readonly rows: readonly AuditRow[]
  readonly slug: string
  readonly isShort?: boolean
  /** The address that shows a row whole. */
  readonly open?: (id: string) => string
}) {
  const table = (
    <>
      <div className="max-md:hidden">
        <Table>
          <thead>
            <tr>
              <Th aria-sort="descending" className={isShort ? 'static' : 'pl-4'}>
                {text.time}
              </Th>
              <Th className={isShort ? 'static' : undefined}>{text.actor}</Th>
              <Th className={isShort ? 'static' : undefined}>{text.action}</Th>
              {!isShort && <Th>{text.target}</Th>}
              <Th className={isShort ? 'static' : undefined}>{text.changes}</Th>
              {!isShort && <Th>{text.ip}</Th>}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.id} data-row={row.id}>
                <Td className={cn('whitespace-nowrap py-1.5 align-baseline', !isShort && 'pl-4')}>
                  <Moment row={row} href={open?.(row.id)} />
                </Td>
                <Td className="max-w-56 truncate py-1.5 align-baseline">
                  {row.actorName}
                  {row.actorKind !== 'user' && <span className="text-12 text-fg-3"> {kindOf(row)}</span>}
                </Td>
                <Td className="whitespace-nowrap py-1.5 align-baseline">
                  <code>{row.action}</code>
                </Td>
                {!isShort && (
                  <Td className="max-w-64 truncate py-1.5 align-baseline">
                    <Target row={row} slug={slug} />
                  </Td>
                )}
                <Td className="py-1.5 align-baseline text-12 text-fg-2">
                  <Changes row={row} />
                </Td>
                {!isShort && (
                  <Td className="whitespace-nowrap py-1.5 align-baseline font-mono text-12 text-fg-2">
                    {row.ip ?? text.nothing}
                  </Td>
                )}
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="m-0 list-none p-0 md:hidden">
        {rows.map((row) => (
          <li
            key={row.id}
            data-row={row.id}
            className={cn('flex flex-col gap-0.5 border-line border-b py-2', isShort ? 'last:border-b-0' : 'px-4')}
          >
            <span className="break-words">
              <span className="font-medium">{row.actorName}</span> {did(row.action)} <Target row={row} slug={slug} />
            </span>
            <span className="text-12 text-fg-3">
              <Moment row={row} href={open?.(row.id)} />
            </span>
          </li>
        ))}
      </ul>
    </>
  )
  if (open === undefined) return table
  return <OpenRows targets={rows.map(({ id, targetId }) => ({ id, targetId }))}>{table}</OpenRows>
}

function Moment({ row, href }: { readonly row: AuditRow; readonly href: string | undefined }) {
  const time = <Time at={row.occurredAt.toISOString()} className="font-mono text-12" />
  if (href === undefined) return time
  return (
    <Link href={href} data-open prefetch={false} scroll={false} className="text-fg no-underline hover:underline">
      {time}
    </Link>
  )
}

function Target({ row, slug }: { readonly row: AuditRow; readonly slug: string }) {
  const page = {
    api_key: `keys/${row.targetId}`,
    source: `sources/${row.targetId}`,
    member: 'members',
    tenant: undefined,
  }[row.targetKind]
  if (page === undefined) return <span>{row.targetName}</span>
  return (
    <Link
      href={`/${slug}/${page}`}
      prefetch={false}
      className="text-accent-text underline decoration-line-strong underline-offset-2 hover:decoration-current"
    >
      {row.targetName}
    </Link>
  )
}

export function Changes({ row }: { readonly row: AuditRow }) {
  const fields = Object.entries(row.changes)
  if (fields.length === 0) return <span className="text-fg-3">{text.nothing}</span>
  return (
    <span className="flex flex-col">
      {fields.map(([field, change]) => (
        <span key={field} className="wrap-anywhere">
          <span className="text-fg-3">{worded(field)}</span>{' '}
          {change === 'changed' ? (
            text.secretChanged
          ) : (
            <>
              {change.from !== null && change.from !== undefined && (
                <>
                  {shown(change.from)} →{'\u00a0'}
                </>
              )}
              {shown(change.to)}
            </>
          )}
        </span>
      ))}
    </span>
  )
}

const instant = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

/** `previousUrlEndsAt` as words. */
function worded(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function shown(value: unknown): ReactNode {
  if (value === null || value === undefined) return text.nothing
  if (Array.isArray(value)) return value.length === 0 ? text.nothing : value.map(String).join(', ')
  if (typeof value === 'string' && instant.test(value)) return <Time at={value} />
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
