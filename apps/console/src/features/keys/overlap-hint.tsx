'use client'

import { span } from '../../ui/format.ts'
import { useNow } from '../../ui/time.tsx'
import { useKeyDialogs } from './key-dialogs.tsx'
import type { KeyRow } from './key-row.ts'
import { text } from './text.ts'

const quietMsMin = 3_600_000

/** Once nobody has used the old key for an hour of its overlap, it can go. */
export function OverlapHint({ row }: { readonly row: KeyRow }) {
  const { ask, rights } = useKeyDialogs()
  const now = useNow()
  if (now === undefined || row.status !== 'rotating_out' || row.rotatedAt === null) return null
  const since = [row.rotatedAt, row.lastUsedAt ?? row.rotatedAt].map((at) => new Date(at).getTime())
  const quietMs = now.getTime() - Math.max(...since)
  if (quietMs < quietMsMin) return null
  return (
    <span className="block text-11 text-fg-3">
      {text.noTraffic(span(quietMs) ?? '')}
      {rights[row.mode] && (
        <>
          {' · '}
          <button
            type="button"
            onClick={() => ask({ what: 'end', key: row })}
            className="text-accent-text underline decoration-line-strong underline-offset-2 hover:decoration-current"
          >
            {text.endNow}
          </button>
        </>
      )}
    </span>
  )
}
