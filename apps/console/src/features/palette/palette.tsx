'use client'

import { Command } from 'cmdk'
import { Search } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { RequestId } from '../../ui/form.tsx'
import { Keys } from '../../ui/keys.tsx'
import { actionsOf, type Entry, matching, type PaletteRights, pagesOf, placesOf } from './entries.ts'
import type { Found } from './queries.ts'
import { text } from './text.ts'

export type PaletteProps = {
  readonly slug: string
  readonly organizations: readonly { readonly slug: string; readonly name: string }[]
  readonly rights: PaletteRights
  readonly typed: string
  readonly onType: (typed: string) => void
  /** From now on the field takes what is typed. */
  readonly onReady: () => void
  readonly onClose: () => void
}

export function Palette({ slug, organizations, rights, typed, onType, onReady, onClose }: PaletteProps) {
  const router = useRouter()
  const [chosen, setChosen] = useState('')
  const { found, state, requestId } = useFound(slug, typed)
  const go = (href: string) => {
    onClose()
    router.push(href)
  }
  const q = typed.trim()
  const places = placesOf(slug, q)
  const groups: readonly (readonly [label: string, entries: readonly Entry[]])[] = [
    [text.ids, places],
    [text.pages, matching(pagesOf(slug, rights), q)],
    [text.actions, matching(actionsOf(slug, rights), q)],
    [
      text.sources,
      found.sources.map(({ id, name, provider }) => ({
        label: name,
        href: `/${slug}/sources/${id}`,
        keys: '',
        words: provider,
      })),
    ],
    [
      text.keys,
      found.keys.map(({ id, name, display }) => ({
        label: name,
        href: `/${slug}/keys/${id}`,
        keys: '',
        words: display,
      })),
    ],
    [
      text.organizations,
      q === ''
        ? []
        : organizations
            .filter((each) => each.slug !== slug && each.name.toLowerCase().includes(q.toLowerCase()))
            .slice(0, 5)
            .map(({ slug: other, name }) => ({ label: name, href: `/${other}` })),
    ],
  ]
  const isEmpty = groups.every(([, entries]) => entries.length === 0)
  const searchesEvents = q !== '' && places.length === 0
  const values = [
    ...groups.flatMap(([label, entries]) => entries.map((entry) => entryValue(label, entry))),
    ...(searchesEvents ? [searchValue] : []),
  ]
  return (
    <Dialog isOpen onOpenChange={onClose} title={text.title} isBare className="sm:w-[560px]">
      <Command
        label={text.title}
        shouldFilter={false}
        loop
        // Of what is there now the first, unless another was chosen: Enter always does what is marked.
        value={values.includes(chosen) ? chosen : (values[0] ?? '')}
        onValueChange={setChosen}
        className="flex min-h-0 flex-1 flex-col"
      >
        <div className="flex items-center gap-2.5 border-line border-b px-4">
          <Search aria-hidden size={15} className="shrink-0 text-fg-3" />
          <Command.Input
            autoFocus
            value={typed}
            onValueChange={(next) => {
              onType(next)
              setChosen('')
            }}
            onFocus={onReady}
            placeholder={text.placeholder}
            maxLength={200}
            className="h-11 w-full bg-transparent text-14 outline-none placeholder:text-fg-3"
          />
        </div>
        <Command.List
          label={text.title}
          className="min-h-0 flex-1 overflow-y-auto p-1.5 sm:max-h-[360px]"
          aria-busy={state === 'loading' || undefined}
        >
          {groups.map(([label, entries]) => (
            <Group key={label} label={label} entries={entries} onChoose={go} />
          ))}
          {searchesEvents && (
            <Item value={searchValue} onSelect={() => go(`/${slug}/events?q=${encodeURIComponent(q)}`)}>
              {text.searchEvents(q)}
            </Item>
          )}
        </Command.List>
        <div role="status" className="px-4 pb-2 text-12 text-fg-3 empty:hidden">
          {state === 'failed' ? text.failed : isEmpty && q !== '' && state === 'done' ? text.none(q) : ''}
          <RequestId id={requestId} />
        </div>
      </Command>
    </Dialog>
  )
}

const searchValue = 'search-events'

function entryValue(label: string, { href, label: name }: Entry): string {
  return `${label} ${href} ${name}`
}

function Group({
  label,
  entries,
  onChoose,
}: {
  readonly label: string
  readonly entries: readonly Entry[]
  readonly onChoose: (href: string) => void
}) {
  if (entries.length === 0) return null
  return (
    <Command.Group
      heading={label}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-11 [&_[cmdk-group-heading]]:text-fg-3"
    >
      {entries.map((entry) => (
        <Item key={entry.href} value={entryValue(label, entry)} onSelect={() => onChoose(entry.href)}>
          <span className="min-w-0 flex-1 truncate">{entry.label}</span>
          {entry.keys === undefined ? null : entry.keys === '' ? (
            <span className="shrink-0 font-mono text-12 text-fg-3">{entry.words}</span>
          ) : (
            <Keys keys={entry.keys} />
          )}
        </Item>
      ))}
    </Command.Group>
  )
}

function Item({
  value,
  onSelect,
  children,
}: {
  readonly value: string
  readonly onSelect: () => void
  readonly children: ReactNode
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex min-h-8 cursor-default select-none items-center gap-3 rounded-[4px] px-2.5 data-[selected=true]:bg-hover pointer-coarse:min-h-11"
    >
      {children}
    </Command.Item>
  )
}

const pauseMs = 150
const nothing: Found = { sources: [], keys: [] }

type Answer = {
  readonly found: Found
  readonly state: 'done' | 'loading' | 'failed'
  /** Of the one that failed. */
  readonly requestId: string
}

function useFound(slug: string, typed: string) {
  const [answer, setAnswer] = useState<Answer>({ found: nothing, state: 'done', requestId: '' })
  useEffect(() => {
    const q = typed.trim()
    if (q === '') {
      setAnswer({ found: nothing, state: 'done', requestId: '' })
      return
    }
    const stop = new AbortController()
    setAnswer((before) => ({ ...before, state: 'loading' }))
    const timer = setTimeout(async () => {
      try {
        const response = await fetch(`/api/${slug}/search?q=${encodeURIComponent(q)}`, { signal: stop.signal })
        setAnswer(
          response.ok
            ? { found: (await response.json()) as Found, state: 'done', requestId: '' }
            : { found: nothing, state: 'failed', requestId: response.headers.get('x-request-id') ?? '' },
        )
      } catch {
        // Typed on: the next answer counts.
        if (!stop.signal.aborted) setAnswer({ found: nothing, state: 'failed', requestId: '' })
      }
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [slug, typed])
  return answer
}
