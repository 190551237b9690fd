'use client'

import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { cn } from '../../ui/class-names.ts'
import { controlClass } from '../../ui/field.tsx'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { text } from './text.ts'

export type SearchFault = {
  readonly position: number
  readonly length: number
  readonly text: string
  readonly expected: string
}

type Props = {
  readonly value: string
  /** Answers the faults of a search; none: it is shown. */
  readonly onSearch: (query: string) => Promise<readonly SearchFault[]>
}

/** A fault keeps the old results, underlines the term and names the form that is expected. */
export function SearchBox({ value, onSearch }: Props) {
  const [query, setQuery] = useState(value)
  const [faults, setFaults] = useState<readonly SearchFault[]>([])
  const input = useRef<HTMLInputElement>(null)
  // The address changed (Back, a cleared filter): the field follows it.
  useEffect(() => {
    setQuery(value)
    setFaults([])
  }, [value])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target) || isDialogOpen()) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const [first] = faults
  return (
    <form
      aria-label="Search"
      onSubmit={async (event) => {
        event.preventDefault()
        setFaults(await onSearch(query.trim()))
      }}
      className="relative"
    >
      <Search aria-hidden size={15} className="absolute top-[9px] left-2.5 text-fg-3" />
      <input
        ref={input}
        type="search"
        aria-label={text.search}
        aria-invalid={first !== undefined || undefined}
        aria-describedby={first === undefined ? undefined : 'search-fault'}
        placeholder={text.search}
        value={query}
        maxLength={2_000}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => setQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          if (query === value) event.currentTarget.blur()
          else setQuery(value)
        }}
        className={cn(
          controlClass,
          'h-8 pl-8 placeholder-shown:text-ellipsis',
          query !== '' && 'font-mono text-12',
          first !== undefined && 'border-bad',
        )}
      />
      {first !== undefined && (
        <p id="search-fault" role="alert" className="mt-1 text-12 text-bad-text">
          <code className="mr-2 text-fg-2">
            {query.slice(Math.max(0, first.position - 20), first.position)}
            <span className="underline decoration-bad decoration-wavy underline-offset-2">
              {query.slice(first.position, first.position + Math.max(1, first.length))}
            </span>
          </code>
          {text.fault(first.text, first.expected)}
        </p>
      )}
    </form>
  )
}
