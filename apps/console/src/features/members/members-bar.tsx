'use client'

import { Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { cn } from '../../ui/class-names.ts'
import { controlClass } from '../../ui/field.tsx'
import { text } from './text.ts'

const pauseMs = 250

/** The two lists, for who may see both, and the search of members; all of it in the address. */
export function MembersBar({
  current,
  openInvites,
}: {
  readonly current: 'members' | 'invites'
  /** Undefined: the reader sees no invites. */
  readonly openInvites: number | undefined
}) {
  const path = usePathname()
  return (
    <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b px-4">
      {openInvites === undefined ? (
        <span />
      ) : (
        <nav aria-label={text.title} className="flex gap-4">
          <Tab href={path} label={text.title} isCurrent={current === 'members'} />
          <Tab
            href={`${path}?tab=invites`}
            label={openInvites > 0 ? `${text.invites} ${openInvites}` : text.invites}
            isCurrent={current === 'invites'}
          />
        </nav>
      )}
      {current === 'members' && <SearchField />}
    </div>
  )
}

function Tab({
  href,
  label,
  isCurrent,
}: {
  readonly href: string
  readonly label: string
  readonly isCurrent: boolean
}) {
  return (
    <Link
      href={href}
      prefetch={false}
      aria-current={isCurrent ? 'page' : undefined}
      className={cn(
        '-mb-px flex h-11 items-center border-transparent border-b-2 text-fg-2 no-underline hover:text-fg',
        isCurrent && 'border-accent font-medium text-fg',
      )}
    >
      {label}
    </Link>
  )
}

function SearchField() {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const [search, setSearch] = useState(params.get('q') ?? '')
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <search className="relative my-2 w-64 max-sm:w-full">
      <Search aria-hidden size={14} className="absolute top-1/2 left-2.5 -translate-y-1/2 text-fg-3" />
      <input
        type="search"
        aria-label={text.search}
        placeholder={text.search}
        value={search}
        onChange={(event) => {
          const value = event.currentTarget.value
          setSearch(value)
          clearTimeout(timer.current)
          timer.current = setTimeout(() => {
            const q = value.trim()
            router.push(q === '' ? path : `${path}?q=${encodeURIComponent(q)}`, { scroll: false })
          }, pauseMs)
        }}
        className={`${controlClass} h-7 pl-8 pointer-coarse:h-11`}
      />
    </search>
  )
}
