'use client'

import { ChevronDown, ChevronRight, ChevronUp, Search, WrapText } from 'lucide-react'
import Link from 'next/link'
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react'
import { IconButton } from './button.tsx'
import { cn } from './class-names.ts'
import { CopiedNote, Copy, useCopy } from './copy.tsx'
import { count } from './format.ts'
import { type JsonLine, type JsonToken, layOutJson, lineAt } from './json-text.ts'
import { scrollRegion } from './scroll-region.ts'
import { useStable } from './use-stable.ts'

const colours: Readonly<Record<JsonToken['kind'], string>> = {
  key: 'text-fg',
  string: 'text-ok-text',
  number: 'text-dup-text',
  word: 'text-warn-text',
  mark: 'text-fg-3',
  plain: 'text-fg',
}

/** More are on further pages: each is an element of its own. */
const linesMax = 2_000

/** What is wrong in a place (RFC 6901). */
export type JsonMark = { readonly pointer: string; readonly detail: string }

type Props = {
  readonly text: string
  readonly label: string
  readonly className?: string
  /** What finds documents with this value in the same place. */
  readonly hrefOf?: (token: JsonToken & { readonly path: string }) => string | undefined
  /** What a copied path begins with. */
  readonly pathPrefix?: string
  /** With a field to find lines, and a switch between wrapped and long ones. */
  readonly canFind?: boolean
  readonly marks?: readonly JsonMark[]
  /** The place to show; another object is another wish. */
  readonly pointed?: { readonly pointer: string } | undefined
}

/** Exact text, laid out: the numbers are the sender's own digits. With `hrefOf` names copy their path, values find alike. */
export function JsonView({ text, label, className, hrefOf, pathPrefix = '', canFind, marks, pointed }: Props) {
  const lines = useMemo(() => layOutJson(text), [text])
  const faults = useMemo(() => faultsOf(lines, marks ?? []), [lines, marks])
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set())
  const [page, setPage] = useState(0)
  const [isWrapped, setWrapped] = useState(true)
  const [query, setQuery] = useState('')
  const [current, setCurrent] = useState<{ readonly n: number }>()
  const found = useMemo(() => linesWith(lines, query), [lines, query])
  const region = useRef<HTMLPreElement>(null)
  const all = useMemo(() => unfolded(lines, folded), [lines, folded])
  const first = Math.min(page, Math.floor(Math.max(0, all.length - 1) / linesMax)) * linesMax
  const shown = useMemo(() => all.slice(first, first + linesMax), [all, first])

  /** Opens what hides it, and turns to its page. */
  function show(n: number) {
    const open = new Set([...folded].filter((at) => !(at < n && (lines[at]?.closesAt ?? at) > n)))
    setFolded(open)
    setPage(Math.floor(unfolded(lines, open).findIndex((each) => each.n === n) / linesMax))
    setCurrent({ n })
  }
  function find(next: string) {
    setQuery(next)
    const [n] = linesWith(lines, next)
    if (n === undefined) setCurrent(undefined)
    else show(n)
  }
  function step(by: 1 | -1) {
    const at = found.indexOf(current?.n ?? -1)
    const n = found[(at + by + found.length) % found.length]
    if (n !== undefined) show(n)
  }
  const toggle = useStable((n: number) =>
    setFolded((before) =>
      before.has(n) ? new Set([...before].filter((each) => each !== n)) : new Set([...before, n]),
    ),
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: it is shown when it is wished for, and not again.
  useEffect(() => {
    if (pointed === undefined) return
    show(lineAt(lines, pointed.pointer))
    region.current?.focus({ preventScroll: true })
  }, [pointed])
  useEffect(() => {
    if (current !== undefined) scrollTo(region.current, current.n)
  }, [current])

  return (
    <div className={cn('relative rounded-control border border-line', className)}>
      {canFind && (
        <div className="flex min-h-9 items-center gap-1 border-line border-b py-1 pr-1.5 pl-2.5">
          <Search aria-hidden size={14} className="shrink-0 text-fg-3" />
          <Find label={`Find in ${label.toLowerCase()}`} query={query} onFind={find} onStep={step} />
          <span role="status" className="tabular whitespace-nowrap px-1 text-12 text-fg-3">
            {query === '' ? '' : countOf(found, current?.n)}
          </span>
          {found.length > 1 && (
            <>
              <IconButton size="small" label="Previous match" onClick={() => step(-1)}>
                <ChevronUp aria-hidden size={14} />
              </IconButton>
              <IconButton size="small" label="Next match" onClick={() => step(1)}>
                <ChevronDown aria-hidden size={14} />
              </IconButton>
            </>
          )}
          <IconButton
            size="small"
            label="Wrap long lines"
            aria-pressed={isWrapped}
            onClick={() => setWrapped(!isWrapped)}
            className="aria-pressed:bg-selected aria-pressed:text-fg"
          >
            <WrapText aria-hidden size={14} />
          </IconButton>
          <Copy text={text} label={`Copy ${label.toLowerCase()}`} />
        </div>
      )}
      <pre
        ref={region}
        {...scrollRegion(label)}
        className={cn(
          'm-0 max-h-[65vh] overflow-auto py-2 text-12 leading-6',
          !canFind && 'pr-10 pointer-coarse:pr-13',
        )}
      >
        {shown.map(({ line, n }) => (
          <Line
            key={n}
            line={line}
            n={n}
            isFolded={folded.has(n)}
            isCurrent={n === current?.n}
            isWrapped={isWrapped}
            fault={faults.get(n)}
            onToggle={toggle}
            hrefOf={hrefOf}
            pathPrefix={pathPrefix}
          />
        ))}
      </pre>
      {all.length > linesMax && (
        <nav
          aria-label={`Lines of ${label.toLowerCase()}`}
          className="flex items-center gap-2 border-line border-t px-2.5 py-1 text-12 text-fg-2"
        >
          <span className="tabular flex-1">
            {`Lines ${count((shown[0]?.n ?? 0) + 1)}–${count((shown.at(-1)?.n ?? 0) + 1)} of ${count(lines.length)}`}
          </span>
          <IconButton
            size="small"
            label="Previous lines"
            disabledReason={first === 0 ? 'These are the first' : undefined}
            onClick={() => turn(first / linesMax - 1)}
          >
            <ChevronUp aria-hidden size={14} />
          </IconButton>
          <IconButton
            size="small"
            label="Next lines"
            disabledReason={first + linesMax >= all.length ? 'These are the last' : undefined}
            onClick={() => turn(first / linesMax + 1)}
          >
            <ChevronDown aria-hidden size={14} />
          </IconButton>
        </nav>
      )}
      {!canFind && (
        <Copy text={text} label={`Copy ${label.toLowerCase()}`} className="absolute top-1.5 right-1.5 bg-surface" />
      )}
    </div>
  )

  function turn(to: number) {
    setPage(to)
    setCurrent(undefined)
    region.current?.scrollTo({ top: 0 })
  }
}

type LineProps = {
  readonly line: JsonLine
  readonly n: number
  readonly isFolded: boolean
  readonly isCurrent: boolean
  readonly isWrapped: boolean
  readonly fault: string | undefined
  readonly onToggle: (n: number) => void
  readonly hrefOf: Props['hrefOf']
  readonly pathPrefix: string
}

// One of thousands: a step from match to match draws two of them.
const Line = memo(function Line({ line, n, isFolded, isCurrent, isWrapped, fault, ...rest }: LineProps) {
  return (
    <span
      data-line={n}
      className={cn(
        'flex border-transparent border-l-2',
        !isWrapped && 'w-max min-w-full',
        (isCurrent || fault !== undefined) && 'bg-hover',
        isCurrent && 'scroll-my-16 border-accent',
        fault !== undefined && 'border-bad',
      )}
    >
      <span className="flex h-6 w-16 shrink-0 select-none items-center justify-end pr-1 text-fg-3">
        <span aria-hidden>{n + 1}</span>
        <Fold line={line} n={n} isFolded={isFolded} onToggle={rest.onToggle} />
      </span>
      <span
        className={isWrapped ? 'whitespace-pre-wrap break-all' : 'whitespace-pre pr-3'}
        style={{ paddingLeft: line.depth * 16 }}
      >
        {line.tokens.map((token, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place.
          <Token key={place} token={token} hrefOf={rest.hrefOf} pathPrefix={rest.pathPrefix} />
        ))}
        {isFolded && <span className="text-fg-3">{` … ${linesText((line.closesAt ?? n) - n - 1)}`}</span>}
        {fault !== undefined && <span className="select-none pl-3 text-bad-text">{fault}</span>}
        {'\n'}
      </span>
    </span>
  )
})

function Find({
  label,
  query,
  onFind,
  onStep,
}: {
  readonly label: string
  readonly query: string
  readonly onFind: (query: string) => void
  readonly onStep: (by: 1 | -1) => void
}) {
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter') {
      event.preventDefault()
      onStep(event.shiftKey ? -1 : 1)
    }
    if (event.key === 'Escape' && query !== '') {
      event.stopPropagation()
      onFind('')
    }
  }
  return (
    <input
      type="search"
      aria-label={label}
      placeholder="Find"
      value={query}
      onChange={(event) => onFind(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      className="ml-1 h-6 min-w-0 flex-1 rounded-[4px] border-0 bg-transparent px-1.5 text-12 text-fg placeholder:text-fg-3 pointer-coarse:h-11"
    />
  )
}

function linesText(n: number): string {
  return n === 1 ? '1 line' : `${count(n)} lines`
}

function countOf(found: readonly number[], current: number | undefined): string {
  if (found.length === 0) return 'No line'
  const at = found.indexOf(current ?? -1)
  return at === -1 ? linesText(found.length) : `${count(at + 1)} of ${count(found.length)}`
}

function linesWith(lines: readonly JsonLine[], query: string): readonly number[] {
  const wanted = query.toLowerCase()
  if (wanted === '') return []
  return lines.flatMap(({ tokens }, n) =>
    tokens
      .map(({ text }) => text)
      .join('')
      .toLowerCase()
      .includes(wanted)
      ? n
      : [],
  )
}

function faultsOf(lines: readonly JsonLine[], marks: readonly JsonMark[]): ReadonlyMap<number, string> {
  const faults = new Map<number, string>()
  for (const { pointer, detail } of marks) {
    const n = lineAt(lines, pointer)
    const before = faults.get(n)
    faults.set(n, before === undefined ? detail : `${before} · ${detail}`)
  }
  return faults
}

/** To the middle of the region, and the region into the page. */
function scrollTo(region: HTMLElement | null, n: number): void {
  const line = region?.querySelector(`[data-line="${n}"]`)
  if (region === null || line == null) return
  const below = line.getBoundingClientRect().top - region.getBoundingClientRect().top
  region.scrollTop += below - region.clientHeight / 2
  line.scrollIntoView({ block: 'nearest' })
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
      className="relative rounded-[2px] text-fg hover:bg-hover"
    >
      {text}
      <CopiedNote isCopied={isCopied} className="left-full ml-1" />
    </button>
  )
}
