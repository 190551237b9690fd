'use client'

import type { EventFacets } from '@eventmesh/db'
import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/class-names.ts'
import { controlClass } from '../../ui/field.tsx'
import { onDemand, usePart } from '../../ui/on-demand.ts'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import type { Completion } from './completions.ts'
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
  /** Whose values can be completed. */
  readonly facets: EventFacets | undefined
}

// Comes with the first look at the field.
const suggesting = onDemand(() => import('./suggestions.tsx'))
const isOnPhone = () => window.matchMedia('(max-width: 767px)').matches

/**
 * A fault keeps the old results, underlines the term and names the form that is expected. Field names and known values
 * are suggested; nothing is chosen until an arrow does, so that Enter searches. On a phone it fills the screen.
 */
export function SearchBox({ value, onSearch, facets }: Props) {
  const [query, setQuery] = useState(value)
  const [faults, setFaults] = useState<readonly SearchFault[]>([])
  const [isFocused, setFocused] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const [caret, setCaret] = useState(0)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const caretAfter = useRef<number>(undefined)
  const listId = useId()
  const part = usePart(suggesting, isFocused)
  const found = isOpen ? part?.completionsAt(query, caret, facets) : undefined
  const items = found?.items ?? []
  const isShown = items.length > 0

  // The address changed (Back, a cleared filter): the field follows it.
  useEffect(() => {
    setQuery(value)
    setFaults([])
    setOpen(false)
  }, [value])
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || isTyping(event.target) || isDialogOpen()) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  useLayoutEffect(() => {
    if (caretAfter.current === undefined) return
    input.current?.setSelectionRange(caretAfter.current, caretAfter.current)
    caretAfter.current = undefined
  })

  function take({ text: taken }: Completion) {
    if (found === undefined) return
    // After a whole value the next term begins; a field's name waits for its value.
    const rest = query.slice(found.to)
    const end = /[:.]$/.test(taken) || rest !== '' ? '' : ' '
    const at = found.from + taken.length + end.length
    caretAfter.current = at
    setQuery(query.slice(0, found.from) + taken + end + rest)
    setCaret(at)
    setActive(-1)
    setOpen(end === '' || isOnPhone())
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    const { key } = event
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault()
      if (!isShown) {
        setActive(0)
        return setOpen(true)
      }
      // One place more, between the last and the first, is the field itself.
      const places = items.length + 1
      return setActive(((active + 1 + (key === 'ArrowDown' ? 1 : places - 1)) % places) - 1)
    }
    const chosen = items[active]
    if ((key === 'Enter' || key === 'Tab') && chosen !== undefined && !event.shiftKey) {
      event.preventDefault()
      return take(chosen)
    }
    if (key !== 'Escape') return
    // A browser would empty the field.
    event.preventDefault()
    if (isShown) {
      setActive(-1)
      setOpen(false)
    } else if (query !== value) setQuery(value)
    else event.currentTarget.blur()
  }

  const [first] = faults
  return (
    <div className="max-md:min-h-8 max-md:pointer-coarse:min-h-11">
      <form
        aria-label={text.searchForm}
        onSubmit={async (event) => {
          event.preventDefault()
          setOpen(false)
          const answer = await onSearch(query.trim())
          setFaults(answer)
          if (answer.length === 0 && isOnPhone()) input.current?.blur()
        }}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (currentTarget.contains(relatedTarget)) return
          setFocused(false)
          setOpen(false)
        }}
        className={cn(
          'relative',
          isFocused && 'max-md:fixed max-md:inset-0 max-md:z-40 max-md:overflow-y-auto max-md:bg-bg max-md:p-4',
        )}
      >
        <div className="relative flex items-center gap-2">
          <Search aria-hidden size={15} className="pointer-events-none absolute left-2.5 text-fg-3" />
          <input
            ref={input}
            type="search"
            role="combobox"
            aria-label={text.search}
            aria-autocomplete="list"
            aria-expanded={isShown}
            aria-controls={isShown ? listId : undefined}
            aria-activedescendant={isShown && active >= 0 ? `${listId}-${active}` : undefined}
            aria-invalid={first !== undefined || undefined}
            aria-describedby={first === undefined ? undefined : 'search-fault'}
            placeholder={text.search}
            value={query}
            maxLength={2_000}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="none"
            enterKeyHint="search"
            onFocus={() => {
              setFocused(true)
              if (isOnPhone()) setOpen(true)
            }}
            onChange={({ currentTarget }) => {
              const at = currentTarget.selectionStart ?? currentTarget.value.length
              setQuery(currentTarget.value)
              setCaret(at)
              setActive(-1)
              setOpen(isOnPhone() || /\S$/.test(currentTarget.value.slice(0, at)))
            }}
            onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? 0)}
            onKeyDown={onKeyDown}
            className={cn(
              controlClass,
              'h-8 min-w-0 flex-1 pl-8 placeholder-shown:text-ellipsis pointer-coarse:h-11',
              query !== '' && 'font-mono text-12',
              first !== undefined && 'border-bad',
            )}
          />
          {isFocused && (
            <Button
              size="small"
              kind="quiet"
              onClick={({ currentTarget }) => {
                input.current?.blur()
                currentTarget.blur()
              }}
              className="md:hidden"
            >
              {text.closeSearch}
            </Button>
          )}
        </div>
        {part !== undefined && isShown && <part.Suggestions id={listId} items={items} active={active} onTake={take} />}
        <span role="status" className="sr-only">
          {isShown ? text.suggested(items.length) : ''}
        </span>
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
    </div>
  )
}
