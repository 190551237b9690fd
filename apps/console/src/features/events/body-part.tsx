'use client'

import { Download } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button, LinkButton } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { bytes } from '../../ui/format.ts'
import { JsonView } from '../../ui/json-view.tsx'
import { noticeSignedOut } from '../../ui/send.ts'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { firstBytes, hexBytesMax } from './body-limits.ts'
import { payloadTerm } from './payload-term.ts'
import type { Issue } from './problem.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly id: string
  readonly part: 'payload' | 'envelope' | 'raw'
  readonly label: string
  /** Shows the text in another way than as JSON or raw. */
  readonly as?: (content: string) => ReactNode
  /** Places that an answer complains of, in a body that may be JSON. */
  readonly marks?: readonly Issue[]
  /** The one of them that is asked for. */
  readonly pointed?: { readonly pointer: string } | undefined
}

type State =
  | { readonly name: 'loading' }
  | { readonly name: 'ready'; readonly content: string; readonly total: number; readonly shown: number }
  | { readonly name: 'large'; readonly total: number }
  | { readonly name: 'failed'; readonly requestId: string }

/** Loaded when its tab is opened; a fault leaves everything else as it is. */
export function BodyPart({ slug, id, part, label, as, marks, pointed }: Props) {
  const [state, setState] = useState<State>({ name: 'loading' })
  const [tries, setTries] = useState(0)
  const [isCutWanted, setCutWanted] = useState(false)
  const base = `/api/${slug}/events/${id}/body?part=${part}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is another load.
  useEffect(() => {
    const stop = new AbortController()
    load(base, isCutWanted, stop.signal).then((next) => {
      if (!stop.signal.aborted) setState(next)
    })
    return () => stop.abort()
  }, [base, tries, isCutWanted])

  if (state.name === 'loading') return <BodySkeleton />
  if (state.name === 'failed') {
    return (
      <ErrorState
        title={text.detail.bodyFailed}
        requestId={state.requestId}
        retry={<Button onClick={() => setTries(tries + 1)}>{text.retry}</Button>}
      />
    )
  }
  if (state.name === 'large') {
    return (
      <div className="flex flex-wrap items-center gap-3 rounded-control border border-line px-3 py-2.5">
        <p className="flex-1 whitespace-nowrap">{text.detail.large(bytes(state.total))}</p>
        <span className="flex flex-wrap gap-2">
          {as === undefined && (
            <Button size="small" onClick={() => setCutWanted(true)}>
              {text.detail.showFirst(bytes(firstBytes))}
            </Button>
          )}
          <LinkButton size="small" href={`${base}&download`} download>
            <Download aria-hidden size={14} />
            {text.detail.download}
          </LinkButton>
        </span>
      </div>
    )
  }
  const isCut = state.shown < state.total
  const isJson = !isCut && (part !== 'raw' || (marks !== undefined && isJsonText(state.content)))
  return (
    <div className="flex flex-col gap-2">
      {isCut && <p className="text-12 text-fg-2">{text.detail.cutTo(bytes(state.shown), bytes(state.total))}</p>}
      {as?.(state.content) ??
        (isJson ? (
          <JsonView
            text={state.content}
            label={label}
            canFind
            {...(marks === undefined ? {} : { marks, pointed })}
            {...(part === 'payload'
              ? {
                  pathPrefix: 'payload.',
                  hrefOf: (token) => {
                    const term = payloadTerm(token)
                    return term && `/${slug}/events?${new URLSearchParams({ q: term, range: '30d' })}`
                  },
                }
              : {})}
          />
        ) : (
          <CodeBlock text={state.content} label={label} isWrapped className="max-h-[65vh] overflow-y-auto" />
        ))}
      <a
        href={`${base}&download`}
        download
        className="inline-flex items-center gap-1.5 self-start text-12 text-fg-2 no-underline hover:text-fg pointer-coarse:min-h-11"
      >
        <Download aria-hidden size={13} />
        {text.detail.download} ({bytes(state.total)})
      </a>
    </div>
  )
}

export function BodySkeleton() {
  return (
    <div aria-busy="true" className="flex flex-col gap-2 py-2">
      <Skeleton className="w-40" />
      <Skeleton className="w-64" />
      <Skeleton className="w-52" />
    </div>
  )
}

function isJsonText(content: string): boolean {
  try {
    JSON.parse(content)
    return true
  } catch {
    // What was refused need not be JSON, and a long body is kept without its end.
    return false
  }
}

async function load(base: string, isFirst: boolean, signal: AbortSignal): Promise<State> {
  try {
    const response = await fetch(isFirst ? `${base}&first` : base, { signal })
    noticeSignedOut(response)
    if (!response.ok) return { name: 'failed', requestId: response.headers.get('x-request-id') ?? '' }
    const total = Number(response.headers.get('x-total-bytes'))
    if (response.status === 204) return { name: 'large', total }
    const content = await response.text()
    const shownMax = response.headers.get('x-utf-8') !== 'true' ? hexBytesMax : isFirst ? firstBytes : total
    return { name: 'ready', content, total, shown: Math.min(total, shownMax) }
  } catch {
    // No network, or the tab was left meanwhile and nobody waits for this any more.
    return { name: 'failed', requestId: '' }
  }
}
