'use client'

import Link from 'next/link'
import { useEffect, useState } from 'react'
import { cn } from '../../ui/class-names.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Skeleton } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { KeyStep } from './key-step.tsx'
import { snippets } from './snippets.ts'
import { Step } from './step.tsx'
import { text } from './text.ts'
import { WatchStep } from './watch-step.tsx'

type Props = {
  readonly slug: string
  readonly ingestUrl: string
  readonly canSend: boolean
  readonly earlier: { readonly display: string; readonly createdAt: string } | undefined
  /** Events above this number in the index are new. */
  readonly seq: number
  /** Fresh with each page view, so that it is a first one. */
  readonly idempotencyKey: string
}

export function GetStarted({ slug, ingestUrl, canSend, earlier, seq, idempotencyKey }: Props) {
  // Undefined while the first key is on its way: what carries it is not to be copied yet.
  const [made, setMade] = useState<{ readonly key: string | undefined } | undefined>(earlier && { key: undefined })
  const key = made?.key
  useCopyKey()
  return (
    <div className="mx-auto w-full max-w-[752px] p-4">
      <ol className="m-0 flex list-none flex-col rounded-card border border-line bg-surface p-0">
        {canSend && (
          <>
            <Step n={1} title={text.key.title}>
              <KeyStep slug={slug} earlier={earlier} secret={key} onMade={(secret) => setMade({ key: secret })} />
            </Step>
            <Step n={2} title={text.send.title}>
              <Tabs
                label={text.send.tabs}
                tabs={snippets(ingestUrl, key, idempotencyKey).map((snippet) => ({
                  value: snippet.id,
                  label: snippet.label,
                  content:
                    made === undefined && snippet.provider === undefined ? (
                      <AwaitedSnippet />
                    ) : (
                      <div className="flex flex-col gap-3">
                        <CodeBlock text={snippet.text} label={text.send.snippet(snippet.label)} isWrapped />
                        <div data-snippet className="flex flex-col items-start">
                          <CopyButton text={snippet.text} label={text.send.copy} className="max-sm:w-full" />
                        </div>
                        {snippet.provider !== undefined && (
                          <p className="text-12 text-fg-3">
                            {text.send.signed}{' '}
                            <Link
                              href={`/${slug}/sources/new?provider=${snippet.provider}`}
                              prefetch={false}
                              className="text-accent-text underline"
                            >
                              {text.send.addSource}
                            </Link>
                          </p>
                        )}
                      </div>
                    ),
                }))}
              />
              <p className="mt-3 text-12 text-fg-3">{text.send.hint}</p>
            </Step>
          </>
        )}
        <Step n={canSend ? 3 : 1} title={text.watch.title}>
          {!canSend && <p className="mb-3 text-fg-2">{text.key.viewer}</p>}
          <WatchStep slug={slug} ingestUrl={ingestUrl} canSend={canSend} seq={seq} />
        </Step>
      </ol>
    </div>
  )
}

/** As large as the command that comes in its place. */
function AwaitedSnippet() {
  return (
    <div aria-busy="true" className="flex flex-col gap-3">
      <div className="flex flex-col rounded-control border border-line bg-bg px-3 py-2.5">
        {['w-72', 'w-96', 'w-80', 'w-72', 'w-96'].map((width, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing but a place.
          <span key={n} className="flex h-5 items-center">
            <Skeleton className={cn('max-w-full', width)} />
          </span>
        ))}
      </div>
      <Skeleton className="h-8 w-32" />
    </div>
  )
}

/** `c` copies the snippet that is shown, the way its button does. */
function useCopyKey(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'c' || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(event.target) || isDialogOpen()) return
      const buttons = [...document.querySelectorAll<HTMLElement>('[data-snippet] button')]
      buttons.find((button) => button.offsetParent !== null)?.click()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
