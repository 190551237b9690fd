'use client'

import { Ellipsis } from 'lucide-react'
import Link from 'next/link'
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu.tsx'
import { useKeyDialogs } from './key-dialogs.tsx'
import type { KeyRow } from './key-row.ts'
import { statusText, text } from './text.ts'

export function KeyMenu({ row }: { readonly row: KeyRow }) {
  const { ask, rights, setDisabled, slug } = useKeyDialogs()
  const denied = rights[row.mode] ? undefined : text.needsRole(row.mode)
  const status = statusText[row.status]
  const isEnded = row.status === 'revoked' || row.status === 'expired'
  const ended = denied ?? (isEnded ? text.notUsable(status) : undefined)
  const rotatable =
    denied ?? (row.status === 'active' || row.status === 'expiring' ? undefined : text.cannotRotate(status))
  return (
    <Menu
      trigger={
        <button
          type="button"
          aria-label={`${text.menu} ${row.name}`}
          data-row-menu
          className="grid size-7 place-items-center rounded-control text-fg-3 hover:bg-hover hover:text-fg data-popup-open:bg-hover pointer-coarse:size-11"
        >
          <Ellipsis aria-hidden size={15} />
        </button>
      }
    >
      <MenuItem render={<Link href={`/${slug}/events?q=${encodeURIComponent(`key:${row.id}`)}`} prefetch={false} />}>
        {text.viewEvents}
      </MenuItem>
      <MenuSeparator />
      <MenuItem disabledReason={ended} onClick={() => ask({ what: 'edit', key: row })}>
        {text.edit}
      </MenuItem>
      {row.status === 'rotating_out' ? (
        <>
          <MenuItem disabledReason={denied} onClick={() => ask({ what: 'extend', key: row })}>
            {text.extend}
          </MenuItem>
          <MenuItem disabledReason={denied} isDanger onClick={() => ask({ what: 'end', key: row })}>
            {text.endOverlap}
          </MenuItem>
        </>
      ) : (
        <MenuItem disabledReason={rotatable} onClick={() => ask({ what: 'rotate', key: row })}>
          {text.rotate}
        </MenuItem>
      )}
      {row.status === 'disabled' ? (
        <MenuItem disabledReason={denied} onClick={() => void setDisabled(row, false)}>
          {text.enable}
        </MenuItem>
      ) : (
        <MenuItem disabledReason={ended} onClick={() => void setDisabled(row, true)}>
          {text.disable}
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem
        isDanger
        disabledReason={denied ?? (row.status === 'revoked' ? text.notUsable(status) : undefined)}
        onClick={() => ask({ what: 'revoke', key: row })}
      >
        {text.revoke}
      </MenuItem>
    </Menu>
  )
}
