'use client'

import Link from 'next/link'
import { Table, Td, Th, Tr } from '../../ui/table.tsx'
import { useListKeys } from '../../ui/use-list-keys.ts'
import { DayOfDeliveries, Initial, LastReceived, SourceStatusMark, TestTag } from './source-facts.tsx'
import type { DirectRow, SourceRow } from './source-row.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly rows: readonly SourceRow[]
  readonly direct: readonly DirectRow[]
}

export function SourcesTable({ slug, rows, direct }: Props) {
  useListKeys({
    mark: 'data-source-row',
    ids: () => rows.map(({ id }) => id),
  })

  return (
    <>
      <div className="max-lg:hidden">
        <Table>
          <thead>
            <tr>
              <Th>{text.name}</Th>
              <Th>{text.provider}</Th>
              <Th>{text.verification}</Th>
              <Th>{text.day}</Th>
              <Th>{text.lastEvent}</Th>
              <Th>{text.status}</Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Tr key={row.id} data-source-row={row.id}>
                <Td className="max-w-72">
                  <span className="flex items-center gap-2">
                    <SourceLink slug={slug} row={row} />
                    <TestTag mode={row.mode} />
                  </span>
                </Td>
                <Td>
                  <span className="flex items-center gap-2 whitespace-nowrap">
                    <Initial name={row.provider.name} />
                    {row.provider.name}
                  </span>
                </Td>
                <Td className="whitespace-nowrap text-fg-2">
                  <code>{row.provider.scheme}</code>
                </Td>
                <StateCells row={row} />
              </Tr>
            ))}
            {direct.map((row) => (
              <Tr key={row.mode}>
                <Td>
                  <span className="flex items-center gap-2 text-fg-2">
                    {text.directApi} <TestTag mode={row.mode} />
                  </span>
                </Td>
                <Td>
                  <span className="flex items-center gap-2 whitespace-nowrap text-fg-2">
                    <Initial name={text.direct} />
                    {text.direct}
                  </span>
                </Td>
                <Td className="text-fg-2">{text.directVerification}</Td>
                <StateCells row={row} />
              </Tr>
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="m-0 list-none p-0 lg:hidden">
        {rows.map((row) => (
          <li
            key={row.id}
            data-source-row={row.id}
            className="flex flex-col gap-0.5 border-line border-b px-4 py-2 pointer-coarse:py-3"
          >
            <span className="flex items-center justify-between gap-3">
              <span className="flex min-w-0 items-center gap-2">
                <SourceLink slug={slug} row={row} />
                <TestTag mode={row.mode} />
              </span>
              <SourceStatusMark status={row.status} />
            </span>
            <span className="flex justify-between gap-3 text-12 text-fg-2">
              <span className="truncate">{row.provider.name}</span>
              <LastReceived at={row.lastReceivedAt} />
            </span>
          </li>
        ))}
        {direct.map((row) => (
          <li
            key={row.mode}
            className="flex flex-col gap-0.5 border-line border-b px-4 py-2 text-fg-2 pointer-coarse:py-3"
          >
            <span className="flex items-center justify-between gap-3">
              <span className="flex items-center gap-2">
                {text.directApi} <TestTag mode={row.mode} />
              </span>
              <SourceStatusMark status={row.status} />
            </span>
            <span className="flex justify-between gap-3 text-12">
              <span className="truncate">{text.direct}</span>
              <LastReceived at={row.lastReceivedAt} />
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function StateCells({ row }: { readonly row: Pick<SourceRow, 'usage' | 'lastReceivedAt' | 'status'> }) {
  return (
    <>
      <Td>
        <DayOfDeliveries usage={row.usage} />
      </Td>
      <Td>
        <LastReceived at={row.lastReceivedAt} />
      </Td>
      <Td>
        <SourceStatusMark status={row.status} />
      </Td>
    </>
  )
}

function SourceLink({ slug, row }: { readonly slug: string; readonly row: SourceRow }) {
  return (
    <Link
      href={`/${slug}/sources/${row.id}`}
      prefetch={false}
      className="min-w-0 truncate font-medium text-fg no-underline hover:underline"
    >
      {row.name}
    </Link>
  )
}
