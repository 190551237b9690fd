'use client'

import Link from 'next/link'
import { Copy, writeClipboard } from '../../ui/copy.tsx'
import { Menu, MenuItem, MenuLabel } from '../../ui/menu.tsx'
import { useRowMenuKey } from '../../ui/row-menu-key.ts'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { useListKeys } from '../../ui/use-list-keys.ts'
import { useKeyDialogs } from './key-dialogs.tsx'
import { DayOfUse, Expires, KeyStatusMark, LastUsed, Mode } from './key-facts.tsx'
import { KeyMenu } from './key-menu.tsx'
import type { KeyRow } from './key-row.ts'
import { OverlapHint } from './overlap-hint.tsx'
import { text } from './text.ts'

export function KeysTable({ rows }: { readonly rows: readonly KeyRow[] }) {
  const { slug } = useKeyDialogs()
  useRowMenuKey()
  useListKeys({ mark: 'data-key-row', ids: () => rows.map(({ id }) => id) })

  return (
    <>
      <div className="max-lg:hidden">
        <Table>
          <thead>
            <tr>
              <Th>{text.name}</Th>
              <Th>{text.key}</Th>
              <Th>{text.mode}</Th>
              <Th>{text.status}</Th>
              <Th>{text.day}</Th>
              <Th>{text.lastUse}</Th>
              <Th>{text.expires}</Th>
              <Th className="max-xl:hidden">{text.ips}</Th>
              <Th className="max-2xl:hidden">{text.created}</Th>
              <Th>
                <span className="sr-only">{text.actions}</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.id} data-row data-key-row={row.id}>
                <Td className="max-w-64 py-1">
                  <Link
                    href={`/${slug}/keys/${row.id}`}
                    prefetch={false}
                    className="block truncate font-medium text-fg no-underline hover:underline"
                  >
                    {row.name}
                  </Link>
                  <Linked row={row} />
                  <OverlapHint row={row} />
                </Td>
                <Td className="whitespace-nowrap">
                  <code>{row.display}</code>
                  <Copy text={row.display} label={text.copyDisplay(row.display)} className="ml-1" />
                </Td>
                <Td>
                  <Mode mode={row.mode} />
                </Td>
                <Td>
                  <KeyStatusMark row={row} />
                </Td>
                <Td>
                  <DayOfUse row={row} />
                </Td>
                <Td>
                  <LastUsed row={row} />
                </Td>
                <Td>
                  <Expires row={row} />
                </Td>
                <Td className="whitespace-nowrap max-xl:hidden">
                  <AllowedIps row={row} />
                </Td>
                <Td className="whitespace-nowrap text-fg-2 max-2xl:hidden">
                  <Time at={row.createdAt} as="date" />
                  {row.createdBy !== null && <span className="text-fg-3"> · {row.createdBy}</span>}
                </Td>
                <Td className="w-10 text-right">
                  <KeyMenu row={row} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="m-0 list-none p-0 lg:hidden">
        {rows.map((row) => (
          <li
            key={row.id}
            data-row
            data-key-row={row.id}
            className="flex items-center gap-2 border-line border-b py-2 pr-2 pl-4"
          >
            <div className="flex min-w-0 flex-1 flex-col gap-0.5">
              <span className="flex items-center justify-between gap-3">
                <Link
                  href={`/${slug}/keys/${row.id}`}
                  prefetch={false}
                  className="min-w-0 truncate font-medium text-fg no-underline pointer-coarse:-my-3 pointer-coarse:py-3"
                >
                  {row.name}
                </Link>
                <KeyStatusMark row={row} />
              </span>
              <span className="flex flex-wrap items-center justify-between gap-x-3 text-12 text-fg-2">
                <code>{row.display}</code>
                <LastUsed row={row} />
              </span>
              <Linked row={row} />
              <OverlapHint row={row} />
            </div>
            <KeyMenu row={row} />
          </li>
        ))}
      </ul>
    </>
  )
}

function AllowedIps({ row }: { readonly row: KeyRow }) {
  if (row.allowedIps.length === 0) return <span className="text-fg-3">{text.any}</span>
  return (
    <Menu
      align="start"
      className="max-h-80 overflow-y-auto"
      trigger={
        <button
          type="button"
          className="text-fg underline decoration-line-strong decoration-dotted underline-offset-2 hover:decoration-current"
        >
          {text.ranges(row.allowedIps.length)}
        </button>
      }
    >
      <MenuLabel>{text.copyRange}</MenuLabel>
      {row.allowedIps.map((range) => (
        <MenuItem key={range} onClick={() => void writeClipboard(range)}>
          <code>{range}</code>
        </MenuItem>
      ))}
    </Menu>
  )
}

/** By name; a rotation keeps the name, and then the key itself tells the two apart. */
function Linked({ row }: { readonly row: KeyRow }) {
  const other = row.replacedBy ?? row.replaces
  if (other === null) return null
  const name = other.name === row.name ? other.display : other.name
  return (
    <span className="block truncate text-11 text-fg-3">
      {row.replacedBy === null ? text.replaces(name) : text.replacedBy(name)}
    </span>
  )
}
