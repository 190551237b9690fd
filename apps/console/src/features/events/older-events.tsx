'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { RequestId } from '../../ui/form.tsx'
import { noticeSignedOut } from '../../ui/send.ts'
import type { EventsPage } from './event-row.ts'
import { type EventsFilter, writeFilter } from './filter.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly filter: EventsFilter
  readonly page: EventsPage
  /** So many rows are shown that going on waits for a click. */
  readonly isFull: boolean
  readonly onLoaded: (page: EventsPage) => void
}

type State = { readonly name: 'idle' | 'loading' | 'over' } | { readonly name: 'failed'; readonly requestId: string }

/** Loads on as its end comes into sight; a fault waits for a click. */
export function OlderEvents({ slug, filter, page, isFull, onLoaded }: Props) {
  const router = useRouter()
  const [state, setState] = useState<State>({ name: 'idle' })
  const end = useRef<HTMLDivElement>(null)
  const { older } = page
  const isIdle = state.name === 'idle'

  async function load() {
    if (older === null || state.name === 'loading') return
    setState({ name: 'loading' })
    const response = await fetch(`/api/${slug}/events?${writeFilter(filter)}&cursor=${older}`).catch(() => undefined)
    if (response !== undefined) noticeSignedOut(response)
    if (response?.status === 400 && (await codeOf(response)) === 'cursor_mismatch') return setState({ name: 'over' })
    if (!response?.ok) {
      return setState({ name: 'failed', requestId: response?.headers.get('x-request-id') ?? '' })
    }
    onLoaded((await response.json()) as EventsPage)
    setState({ name: 'idle' })
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new cursor is a new end to wait for.
  useEffect(() => {
    if (older === null || isFull || !isIdle || end.current === null) return
    // A busy page is told at once that its end was far and that it is near.
    const watcher = new IntersectionObserver((seen) => {
      if (seen.at(-1)?.isIntersecting) void load()
    })
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [older, isFull, isIdle])

  if (state.name === 'over') {
    return (
      <div className="flex min-h-14 items-center justify-center gap-3 px-4 py-3 text-12 text-fg-3">
        <span role="alert">{text.startsOver}</span>
        <Button
          size="small"
          onClick={() => {
            setState({ name: 'idle' })
            window.scrollTo({ top: 0 })
            router.refresh()
          }}
        >
          {text.newest}
        </Button>
      </div>
    )
  }
  return (
    <div ref={end} className="flex min-h-14 items-center justify-center gap-3 px-4 py-3 text-12 text-fg-3">
      {state.name === 'failed' && (
        <span role="alert">
          {text.failed}
          <RequestId id={state.requestId} />
        </span>
      )}
      {older === null ? (
        text.end
      ) : state.name === 'loading' ? (
        <span role="status">{text.loading}…</span>
      ) : (
        <Button size="small" onClick={() => void load()}>
          {state.name === 'failed' ? text.retry : text.older}
        </Button>
      )}
    </div>
  )
}

async function codeOf(response: Response): Promise<unknown> {
  const answer = (await response.json().catch(() => ({}))) as { readonly code?: unknown }
  return answer.code
}
