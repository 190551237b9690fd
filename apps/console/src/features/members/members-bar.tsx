'use client'

import Link from 'next/link'
import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useState } from 'react'
import { cn } from '../../ui/class-names.ts'
import { SearchField } from '../../ui/search-field.tsx'
import { text } from './text.ts'

/** The two lists, for who may see both, and the search of members; all of it in the address. */
export function MembersBar({
  current,
  openInvites,
}: {
  readonly current: 'members' | 'invites'
  /** Undefined: the reader sees no invites. */
  readonly openInvites: Promise<number> | undefined
}) {
  const path = usePathname()
  const [count, setCount] = useState(0)
  useEffect(() => void openInvites?.then(setCount), [openInvites])
  return (
    <div className="flex min-h-11 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b px-4">
      {openInvites === undefined ? (
        <span />
      ) : (
        <nav aria-label={text.title} className="flex gap-4">
          <Tab href={path} label={text.title} isCurrent={current === 'members'} />
          <Tab
            href={`${path}?tab=invites`}
            label={count > 0 ? `${text.invites} ${count}` : text.invites}
            isCurrent={current === 'invites'}
          />
        </nav>
      )}
      {current === 'members' && <MemberSearch />}
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

function MemberSearch() {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  return (
    <search className="my-2 max-sm:w-full">
      <SearchField
        label={text.search}
        initial={params.get('q') ?? ''}
        onSearch={(q) => router.push(q === '' ? path : `${path}?q=${encodeURIComponent(q)}`, { scroll: false })}
      />
    </search>
  )
}
