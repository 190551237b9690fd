'use client'

import { ExternalLink, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, IconButton, LinkButton } from '../../ui/button.tsx'
import { onDemand, usePart } from '../../ui/on-demand.ts'
import { noticeSignedOut } from '../../ui/send.ts'
import { SplitPanel } from '../../ui/split-panel.tsx'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import type { EventRow } from './event-row.ts'
import type { EventView } from './queries.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly id: string
  /** What the list knows of it already. */
  readonly row: EventRow | undefined
  readonly place: 'beside' | 'over'
  readonly onClose: () => void
}

type State =
  | { readonly name: 'loading' }
  | { readonly name: 'ready'; readonly view: EventView }
  | { readonly name: 'failed'; readonly requestId: string; readonly isAbsent: boolean }

// Comes beside the event itself, with the first row that is opened.
const detail = onDemand(() => import('./event-detail.tsx'))

export function EventPanel({ slug, id, row, place, onClose }: Props) {
  const [state, setState] = useState<State>({ name: 'loading' })
  const [tries, setTries] = useState(0)
  const loaded = usePart(detail, true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is another load.
  useEffect(() => {
    const stop = new AbortController()
    load(slug, id, stop.signal).then((next) => {
      if (!stop.signal.aborted) setState(next)
    })
    return () => stop.abort()
  }, [slug, id, tries])

  const view = state.name === 'ready' ? state.view : undefined
  const facts = view?.facts ?? row
  const fault =
    state.name === 'failed' ? (
      <ErrorState
        title={state.isAbsent ? text.unknownTitle(id) : text.detail.bodyFailed}
        requestId={state.requestId}
        retry={state.isAbsent ? undefined : <Button onClick={() => setTries(tries + 1)}>{text.retry}</Button>}
      />
    ) : undefined
  return (
    <SplitPanel name="event" label={text.panel} separatorLabel={text.resizePanel} place={place}>
      <header className="sticky top-0 z-[6] flex h-10 shrink-0 items-center justify-end gap-1 border-line border-b bg-surface px-3">
        <LinkButton size="small" kind="quiet" href={`/${slug}/events/${id}`}>
          <ExternalLink aria-hidden size={14} />
          {text.openInPage}
        </LinkButton>
        <IconButton size="small" label={text.close} onClick={onClose}>
          <X aria-hidden size={15} />
        </IconButton>
      </header>
      <div className="p-4">
        {loaded === undefined || facts === undefined ? (
          (fault ?? <Loading />)
        ) : (
          <loaded.EventDetailView
            slug={slug}
            facts={facts}
            view={view}
            fault={fault}
            onChanged={() => setTries(tries + 1)}
          />
        )}
      </div>
    </SplitPanel>
  )
}

function Loading() {
  return (
    <div aria-busy="true" className="flex flex-col gap-3">
      {['w-72', 'w-40', 'w-64', 'w-56', 'w-60', 'w-48'].map((width) => (
        <Skeleton key={width} className={width} />
      ))}
    </div>
  )
}

async function load(slug: string, id: string, signal: AbortSignal): Promise<State> {
  try {
    const response = await fetch(`/api/${slug}/events/${id}`, { signal })
    noticeSignedOut(response)
    if (response.ok) return { name: 'ready', view: (await response.json()) as EventView }
    return { name: 'failed', requestId: response.headers.get('x-request-id') ?? '', isAbsent: response.status === 404 }
  } catch {
    // No network, or another row was chosen meanwhile and nobody waits for this one.
    return { name: 'failed', requestId: '', isAbsent: false }
  }
}
