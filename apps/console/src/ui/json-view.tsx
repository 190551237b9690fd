'use client'

import { useMemo } from 'react'
import { cn } from './class-names.ts'
import { Copy } from './copy.tsx'
import { type JsonToken, layOutJson } from './json-text.ts'
import { scrollRegion } from './scroll-region.ts'

const colours: Readonly<Record<JsonToken['kind'], string>> = {
  key: 'text-fg',
  string: 'text-ok-text',
  number: 'text-dup-text',
  word: 'text-warn-text',
  mark: 'text-fg-3',
  plain: 'text-fg',
}

const linesMax = 2_000

/** Exact text, laid out: the numbers are the sender's own digits. */
export function JsonView({
  text,
  label,
  className,
}: {
  readonly text: string
  readonly label: string
  readonly className?: string
}) {
  const lines = useMemo(() => layOutJson(text), [text])
  const rest = lines.length - linesMax
  return (
    <div className={cn('relative rounded-control border border-line', className)}>
      <pre {...scrollRegion(label)} className="m-0 max-h-[65vh] overflow-auto py-2 pr-10 text-12 leading-5">
        {lines.slice(0, linesMax).map((line, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
          <span key={n} className="flex">
            <span aria-hidden className="w-10 shrink-0 select-none pr-3 text-right text-fg-3">
              {n + 1}
            </span>
            <span className="whitespace-pre-wrap break-all" style={{ paddingLeft: line.depth * 16 }}>
              {line.tokens.map((token, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place.
                <span key={place} className={colours[token.kind]}>
                  {token.text}
                </span>
              ))}
              {'\n'}
            </span>
          </span>
        ))}
        {rest > 0 && <span className="block px-10 text-fg-3">{`${rest} more lines. Copy has all of them.`}</span>}
      </pre>
      <Copy text={text} label={`Copy ${label.toLowerCase()}`} className="absolute top-1.5 right-1.5 bg-surface" />
    </div>
  )
}
