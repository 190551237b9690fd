'use client'

import { ChevronDown, ChevronRight } from 'lucide-react'
import Link from 'next/link'
import { useMemo, useState } from 'react'
import { cn } from './class-names.ts'
import { Copy, useCopy } from './copy.tsx'
import { type JsonLine, type JsonToken, layOutJson } from './json-text.ts'
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

type Props = {
  readonly text: string
  readonly label: string
  readonly className?: string
  /** What finds documents with this value in the same place. */
  readonly hrefOf?: (token: JsonToken & { readonly path: string }) => string | undefined
  /** What a copied path begins with. */
  readonly pathPrefix?: string
}

/** Exact text, laid out: the numbers are the sender's own digits. With `hrefOf` names copy their path, values find alike. */
export function JsonView({ text, label, className, hrefOf, pathPrefix = '' }: Props) {
  const lines = useMemo(() => layOutJson(text), [text])
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set())
  const shown = useMemo(() => unfolded(lines.slice(0, linesMax), folded), [lines, folded])
  const rest = lines.length - linesMax
  const toggle = (n: number) =>
    setFolded((before) => (before.has(n) ? new Set([...before].filter((each) => each !== n)) : new Set([...before, n])))
  return (
    <div className={cn('relative rounded-control border border-line', className)}>
      <pre {...scrollRegion(label)} className="m-0 max-h-[65vh] overflow-auto py-2 pr-10 text-12 leading-6">
        {shown.map(({ line, n }) => (
          <span key={n} className="flex">
            <span className="flex h-6 w-16 shrink-0 select-none items-center justify-end pr-1 text-fg-3">
              <span aria-hidden>{n + 1}</span>
              <Fold line={line} n={n} isFolded={folded.has(n)} onToggle={toggle} />
            </span>
            <span className="whitespace-pre-wrap break-all" style={{ paddingLeft: line.depth * 16 }}>
              {line.tokens.map((token, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place.
                <Token key={place} token={token} hrefOf={hrefOf} pathPrefix={pathPrefix} />
              ))}
              {folded.has(n) && <span className="text-fg-3">{` … ${(line.closesAt ?? n) - n - 1} lines`}</span>}
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

function unfolded(lines: readonly JsonLine[], folded: ReadonlySet<number>) {
  const shown: { readonly line: JsonLine; readonly n: number }[] = []
  for (let n = 0; n < lines.length; n += 1) {
    const line = lines[n]
    if (line === undefined) break
    shown.push({ line, n })
    if (folded.has(n) && line.closesAt !== undefined) n = line.closesAt - 1
  }
  return shown
}

function Fold({
  line,
  n,
  isFolded,
  onToggle,
}: {
  readonly line: JsonLine
  readonly n: number
  readonly isFolded: boolean
  readonly onToggle: (n: number) => void
}) {
  if (line.closesAt === undefined || line.depth === 0) return <span className="w-6" />
  const Icon = isFolded ? ChevronRight : ChevronDown
  return (
    <button
      type="button"
      aria-expanded={!isFolded}
      aria-label={`${isFolded ? 'Unfold' : 'Fold'} line ${n + 1}`}
      onClick={() => onToggle(n)}
      className="grid size-6 place-items-center rounded-[4px] text-fg-3 hover:bg-hover hover:text-fg"
    >
      <Icon aria-hidden size={12} />
    </button>
  )
}

type TokenProps = {
  readonly token: JsonToken
  readonly hrefOf: Props['hrefOf']
  readonly pathPrefix: string
}

function Token({ token, hrefOf, pathPrefix }: TokenProps) {
  const { kind, text, path } = token
  const colour = colours[kind]
  if (hrefOf === undefined || path === undefined) return <span className={colour}>{text}</span>
  if (kind === 'key') return <PathButton text={text} path={pathPrefix + path} />
  const href = hrefOf({ ...token, path })
  return href === undefined ? (
    <span className={colour}>{text}</span>
  ) : (
    <Link
      href={href}
      prefetch={false}
      title="Filter by this value"
      className={cn(colour, 'no-underline hover:underline')}
    >
      {text}
    </Link>
  )
}

function PathButton({ text, path }: { readonly text: string; readonly path: string }) {
  const { isCopied, copy } = useCopy(path)
  return (
    <button
      type="button"
      title={isCopied ? `Copied ${path}` : `Copy ${path}`}
      onClick={() => void copy()}
      className="rounded-[2px] text-fg hover:bg-hover"
    >
      {text}
      <span role="status" className="sr-only">
        {isCopied ? 'Copied' : ''}
      </span>
    </button>
  )
}
