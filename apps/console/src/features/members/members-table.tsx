'use client'

import { useRowMenuKey } from '../../ui/row-menu-key.ts'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useListKeys } from '../../ui/use-list-keys.ts'
import { MemberMenu } from './member-menu.tsx'
import type { MemberRow } from './member-row.ts'
import { RoleSelect } from './role-select.tsx'
import { text } from './text.ts'

export function MembersTable({ rows }: { readonly rows: readonly MemberRow[] }) {
  useRowMenuKey()
  useListKeys({
    mark: 'data-row',
    ids: () => rows.map(({ userId }) => userId),
    copyOf: (id) => rows.find(({ userId }) => userId === id)?.email ?? id,
  })
  return (
    <>
      <div className="max-md:hidden">
        <Table>
          <thead>
            <tr>
              <Th>{text.name}</Th>
              <Th>{text.role}</Th>
              <Th>{text.lastActive}</Th>
              <Th>{text.joined}</Th>
              <Th>
                <span className="sr-only">{text.actions}</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.userId} data-row={row.userId} tabIndex={-1}>
                <Td className="max-w-96">
                  <Who row={row} />
                </Td>
                <Td>
                  <RoleSelect member={row} />
                </Td>
                <Td className="whitespace-nowrap text-fg-2">
                  <LastActive row={row} />
                </Td>
                <Td className="whitespace-nowrap text-fg-2">
                  <Time at={row.joinedAt} as="date" />
                </Td>
                <Td className="w-10 text-right">
                  <MemberMenu member={row} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="m-0 list-none p-0 md:hidden">
        {rows.map((row) => (
          <li
            key={row.userId}
            data-row={row.userId}
            tabIndex={-1}
            className="flex min-h-14 items-center gap-2 border-line border-b py-2 pr-2 pl-4"
          >
            <div className="flex min-w-0 flex-1 flex-col gap-1">
              <Who row={row} />
              <span className="flex flex-wrap items-center gap-x-3 text-12 text-fg-2">
                <RoleSelect member={row} />
                <span>
                  <span className="text-fg-3">{text.lastActive}</span> <LastActive row={row} />
                </span>
              </span>
            </div>
            <MemberMenu member={row} />
          </li>
        ))}
      </ul>
    </>
  )
}

/** Without a name the address stands in its place. */
function Who({ row }: { readonly row: MemberRow }) {
  return (
    <span className="flex min-w-0 flex-col py-1">
      <span className="flex min-w-0 items-center gap-2">
        <span className="min-w-0 truncate font-medium">{row.name ?? row.email}</span>
        {row.isSelf && (
          <span className="rounded-[4px] bg-hover px-1.5 text-12 text-fg-2 group-hover:bg-bg">{text.you}</span>
        )}
      </span>
      {row.name !== null && <span className="min-w-0 truncate text-12 text-fg-2">{row.email}</span>}
    </span>
  )
}

function LastActive({ row }: { readonly row: MemberRow }) {
  if (row.lastActiveAt === null) return <span className="text-fg-3">{text.never}</span>
  return <Time at={row.lastActiveAt} as="relative" />
}
