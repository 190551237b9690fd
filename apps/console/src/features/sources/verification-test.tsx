'use client'

import { useEffect, useState } from 'react'
import { LinkButton } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Prose } from '../../ui/prose.tsx'
import { noticeSignedOut } from '../../ui/send.ts'
import { Banner, Section } from '../../ui/states.tsx'
import { Deliveries } from './deliveries.tsx'
import type { ProviderSheet } from './provider-sheet.ts'
import type { DeliveryRow, SourceRow } from './source-row.ts'
import { text } from './text.ts'

const { testing } = text
const everyMs = 1_000
const slowAfterMs = 120_000

type Props = {
  readonly slug: string
  readonly source: SourceRow
  readonly provider: ProviderSheet | undefined
  /** The server's clock when the test began: what came later is part of it. */
  readonly sinceMs: number
}

/** Waits for deliveries and says of each whether it was proved, and what to change if not. */
export function VerificationTest({ slug, source, provider, sinceMs }: Props) {
  // A refreshed page comes with a later clock; the test goes on.
  const [beganMs] = useState(sinceMs)
  const { rows, isBroken } = useDeliveries(slug, source.id, beganMs)
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), slowAfterMs)
    return () => clearTimeout(timer)
  }, [])
  const isPassed = rows.some(
    ({ verdict, outcome }) => verdict === 'pass' || (verdict === null && outcome !== 'rejected'),
  )
  return (
    <div className="flex max-w-[720px] flex-col gap-4">
      <p role="status" className="sr-only">
        {rows[0] === undefined ? '' : isPassed ? testing.verified(source.name) : (rows[0].detail ?? testing.fail)}
      </p>
      {isPassed ? (
        <div className="flex flex-wrap items-center gap-3 rounded-control bg-ok-soft px-3 py-2 text-13 text-ok-text">
          <span className="flex-1">{testing.verified(source.name)}</span>
          <LinkButton size="small" href={`/${slug}/sources/${source.id}`}>
            {testing.open}
          </LinkButton>
        </div>
      ) : (
        <p className="flex items-center gap-2.5 text-fg-2">
          <span aria-hidden className="relative grid size-2 place-items-center">
            <span className="absolute size-2 animate-ping rounded-full bg-accent opacity-40 motion-reduce:hidden" />
            <span className="size-2 rounded-full bg-accent" />
          </span>
          {testing.listening}
        </p>
      )}
      {isBroken && <Banner severity="warn">{testing.broken}</Banner>}
      {rows.length > 0 && (
        <Section title={text.overview.deliveries}>
          <Deliveries slug={slug} source={source} canWrite rows={rows} />
        </Section>
      )}
      {!isPassed && provider !== undefined && (
        <Section title={testing.how}>
          {isLate && <p className="mb-2 text-warn-text">{testing.slow}</p>}
          <p className="text-fg-2">
            <Prose text={provider.test} />
          </p>
          {provider.canSend && (
            <div className="mt-3 flex flex-col gap-1.5">
              <p className="text-fg-2">{testing.cliLead}</p>
              <CodeBlock text={testing.cli(source.id)} label={testing.command} isWrapped />
            </div>
          )}
        </Section>
      )}
    </div>
  )
}

function useDeliveries(
  slug: string,
  id: string,
  sinceMs: number,
): { readonly rows: readonly DeliveryRow[]; readonly isBroken: boolean } {
  const [state, setState] = useState<{ readonly rows: readonly DeliveryRow[]; readonly isBroken: boolean }>({
    rows: [],
    isBroken: false,
  })
  useEffect(() => {
    let isGone = false
    let timer: ReturnType<typeof setTimeout>
    const poll = async () => {
      if (!document.hidden) {
        // No answer at all is told below, and asked for again.
        const response = await fetch(`/api/${slug}/sources/${id}/deliveries?since=${sinceMs}`).catch(() => undefined)
        if (response !== undefined) noticeSignedOut(response)
        const rows = response?.ok ? ((await response.json()) as readonly DeliveryRow[]) : undefined
        if (isGone) return
        setState((before) => (rows === undefined ? { ...before, isBroken: true } : { rows, isBroken: false }))
      }
      timer = setTimeout(() => void poll(), everyMs)
    }
    void poll()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [slug, id, sinceMs])
  return state
}
