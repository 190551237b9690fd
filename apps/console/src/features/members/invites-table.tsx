'use client'

import { useRowMenuKey } from '../../ui/row-menu-key.ts'
import { Pill } from '../../ui/status.tsx'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useListKeys } from '../../ui/use-list-keys.ts'
import { InviteMenu } from './member-menu.tsx'
import type { InviteRow } from './member-row.ts'
import { roleText, text } from './text.ts'

export function InvitesTable({ rows }: { readonly rows: readonly InviteRow[] }) {
  useRowMenuKey()
  useListKeys({
    mark: 'data-row',
    ids: () => rows.map(({ id }) => id),
    copyOf: (id) => rows.find((row) => row.id === id)?.email ?? id,
  })
  return (
    <>
      <div className="max-md:hidden">
        <Table>
          <thead>
            <tr>
              <Th>{text.email}</Th>
              <Th>{text.role}</Th>
              <Th>{text.by}</Th>
              <Th>{text.expires}</Th>
              <Th>
                <span className="sr-only">{text.actions}</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.id} data-row={row.id}>
                <Td className="max-w-96 truncate font-medium">{row.email}</Td>
                <Td>{roleText[row.role]}</Td>
                <Td className="max-w-72 truncate text-fg-2">{row.invitedBy}</Td>
                <Td>
                  <Expiry row={row} />
                </Td>
                <Td className="w-10 text-right">
                  <InviteMenu invite={row} />
                </Td>
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
            className="flex min-h-14 items-center gap-2 border-line border-b py-2 pr-2 pl-4"
          >
            <div className="flex min-w-0 flex-1 flex-col gap-0.5">
              <span className="truncate font-medium">{row.email}</span>
              <span className="flex flex-wrap items-center gap-x-3 text-12 text-fg-2">
                {roleText[row.role]}
                <Expiry row={row} />
              </span>
            </div>
            <InviteMenu invite={row} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Expiry({ row }: { readonly row: InviteRow }) {
  if (row.isExpired) return <Pill severity="neutral">{text.expired}</Pill>
  return <Time at={row.expiresAt} as="relative" className="whitespace-nowrap text-fg-2" />
}
