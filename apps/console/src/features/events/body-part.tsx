'use client'

import { Download } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { bytes } from '../../ui/format.ts'
import { JsonView } from '../../ui/json-view.tsx'
import { noticeSignedOut } from '../../ui/send.ts'
import { ErrorState, Skeleton } from '../../ui/states.tsx'
import { payloadTerm } from './payload-term.ts'
import { text } from './text.ts'

type Props = {
  readonly slug: string
  readonly id: string
  readonly part: 'payload' | 'envelope' | 'raw'
  readonly label: string
  /** Shows the text in another way than as JSON or raw. */
  readonly as?: (content: string) => ReactNode
}

type State =
  | { readonly name: 'loading' }
  | { readonly name: 'ready'; readonly content: string; readonly total: number; readonly isCut: boolean }
  | { readonly name: 'failed'; readonly requestId: string }

/** Loaded when its tab is opened; a fault leaves everything else as it is. */
export function BodyPart({ slug, id, part, label, as }: Props) {
  const [state, setState] = useState<State>({ name: 'loading' })
  const [tries, setTries] = useState(0)
  const base = `/api/${slug}/events/${id}/body?part=${part}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try is another load.
  useEffect(() => {
    const stop = new AbortController()
    load(base, stop.signal).then((next) => {
      if (!stop.signal.aborted) setState(next)
    })
    return () => stop.abort()
  }, [base, tries])

  if (state.name === 'loading') {
    return (
      <div aria-busy="true" className="flex flex-col gap-2 py-2">
        <Skeleton className="w-40" />
        <Skeleton className="w-64" />
        <Skeleton className="w-52" />
      </div>
    )
  }
  if (state.name === 'failed') {
    return (
      <ErrorState
        title={text.detail.bodyFailed}
        requestId={state.requestId}
        retry={<Button onClick={() => setTries(tries + 1)}>{text.retry}</Button>}
      />
    )
  }
  const isJson = part !== 'raw' && !state.isCut
  return (
    <div className="flex flex-col gap-2">
      {state.isCut && <p className="text-12 text-fg-2">{text.detail.large(bytes(state.total))}</p>}
      {as?.(state.content) ??
        (isJson ? (
          <JsonView
            text={state.content}
            label={label}
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
        className="inline-flex items-center gap-1.5 self-start text-12 text-fg-2 no-underline hover:text-fg"
      >
        <Download aria-hidden size={13} />
        {text.detail.download} ({bytes(state.total)})
      </a>
    </div>
  )
}

async function load(address: string, signal: AbortSignal): Promise<State> {
  try {
    const response = await fetch(address, { signal })
    noticeSignedOut(response)
    if (!response.ok) return { name: 'failed', requestId: response.headers.get('x-request-id') ?? '' }
    const content = await response.text()
    const total = Number(response.headers.get('x-total-bytes'))
    const isText = response.headers.get('x-utf-8') === 'true'
    return { name: 'ready', content, total, isCut: isText && total > 65_536 }
  } catch {
    // No network, or the tab was left meanwhile and nobody waits for this any more.
    return { name: 'failed', requestId: '' }
  }
}
