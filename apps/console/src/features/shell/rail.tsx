'use client'

import {
  Activity,
  Check,
  ChevronsUpDown,
  KeyRound,
  LayoutGrid,
  Plus,
  Rocket,
  ScrollText,
  Search,
  Settings,
  Users,
  Webhook,
} from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { cn } from '../../ui/class-names.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu.tsx'
import { findEvent } from '../../ui/shell-events.ts'
import { type Person, RailFoot } from './rail-foot.tsx'
import { text } from './text.ts'

export type RailProps = {
  readonly current: { readonly slug: string; readonly name: string }
  readonly organizations: readonly { readonly slug: string; readonly name: string }[]
  readonly person: Person
  /** How far it is, where somebody put it off. */
  readonly getStarted: { readonly done: number; readonly of: number } | undefined
  readonly showsAudit: boolean
}

type Narrow = 'below-lg' | 'never'

export function Rail({
  current,
  organizations,
  person,
  getStarted,
  showsAudit,
  isNarrow,
}: RailProps & { readonly isNarrow: Narrow }) {
  const base = `/${current.slug}`
  return (
    <div className="flex h-full flex-col gap-2 px-2 py-1.5">
      <Switcher current={current} organizations={organizations} isNarrow={isNarrow} />
      <FindButton isNarrow={isNarrow} />
      <nav aria-label={text.main} className="flex flex-1 flex-col gap-0.5">
        {getStarted !== undefined && (
          <Item
            href={`${base}/get-started`}
            icon={<Rocket aria-hidden size={15} />}
            label={text.getStarted}
            chip={`${getStarted.done}/${getStarted.of}`}
            isNarrow={isNarrow}
          />
        )}
        <Item
          href={base}
          isExact
          icon={<LayoutGrid aria-hidden size={15} />}
          label={text.overview}
          isNarrow={isNarrow}
        />
        <Item
          href={`${base}/events`}
          icon={<Activity aria-hidden size={15} />}
          label={text.events}
          isNarrow={isNarrow}
        />
        <Item
          href={`${base}/sources`}
          icon={<Webhook aria-hidden size={15} />}
          label={text.sources}
          isNarrow={isNarrow}
        />
        <Item href={`${base}/keys`} icon={<KeyRound aria-hidden size={15} />} label={text.keys} isNarrow={isNarrow} />
        <div className={cn('mt-4 mb-1 px-2 text-11 text-fg-3', isNarrow === 'below-lg' && 'max-lg:sr-only')}>
          {text.organization}
        </div>
        <Item
          href={`${base}/members`}
          icon={<Users aria-hidden size={15} />}
          label={text.members}
          isNarrow={isNarrow}
        />
        {showsAudit && (
          <Item
            href={`${base}/audit`}
            icon={<ScrollText aria-hidden size={15} />}
            label={text.audit}
            isNarrow={isNarrow}
          />
        )}
        <Item
          href={`${base}/settings`}
          icon={<Settings aria-hidden size={15} />}
          label={text.settings}
          isNarrow={isNarrow}
        />
      </nav>
      <RailFoot person={person} isNarrow={isNarrow === 'below-lg'} />
    </div>
  )
}

function FindButton({ isNarrow }: { readonly isNarrow: Narrow }) {
  const narrow = isNarrow === 'below-lg'
  return (
    <button
      type="button"
      aria-label={text.find}
      aria-keyshortcuts="Meta+K Control+K"
      onClick={() => window.dispatchEvent(new Event(findEvent))}
      className={cn(
        'mb-1 flex h-8 shrink-0 items-center gap-2.5 rounded-control border border-line bg-surface px-2 text-left text-fg-3 hover:bg-hover hover:text-fg pointer-coarse:h-11',
        narrow && 'max-lg:justify-center max-lg:px-0',
      )}
    >
      <Search aria-hidden size={15} className="shrink-0" />
      <span className={cn('flex-1 truncate', narrow && 'max-lg:hidden')}>{text.find}</span>
      <kbd className={cn('text-11', narrow && 'max-lg:hidden')}>{text.findKeys}</kbd>
    </button>
  )
}

type ItemProps = {
  readonly href: string
  readonly icon: ReactNode
  readonly label: string
  readonly chip?: string
  readonly isExact?: boolean
  readonly isNarrow: Narrow
}

function Item({ href, icon, label, chip, isExact = false, isNarrow }: ItemProps) {
  const path = usePathname()
  const isCurrent = isExact ? path === href : path === href || path.startsWith(`${href}/`)
  return (
    <Link
      href={href}
      prefetch={false}
      title={label}
      aria-current={isCurrent ? 'page' : undefined}
      className={cn(
        'flex h-8 items-center gap-2.5 rounded-control px-2 text-fg-2 no-underline hover:bg-hover hover:text-fg pointer-coarse:h-11',
        isCurrent && 'bg-selected font-medium text-accent-text hover:bg-selected hover:text-accent-text',
        isNarrow === 'below-lg' && 'max-lg:justify-center max-lg:px-0',
      )}
    >
      {icon}
      <span className={cn('truncate', isNarrow === 'below-lg' && 'max-lg:sr-only')}>{label}</span>
      {chip !== undefined && (
        <span
          className={cn(
            'tabular ml-auto rounded-[4px] bg-accent-soft px-1.5 text-11 text-accent-text',
            isNarrow === 'below-lg' && 'max-lg:sr-only',
          )}
        >
          {chip}
        </span>
      )}
    </Link>
  )
}

function Switcher({
  current,
  organizations,
  isNarrow,
}: Pick<RailProps, 'current' | 'organizations'> & { readonly isNarrow: Narrow }) {
  const narrow = isNarrow === 'below-lg'
  return (
    <Menu
      align="start"
      className="w-60"
      trigger={
        <button
          type="button"
          aria-label={`${text.organization}: ${current.name}`}
          className={cn(
            'flex h-9 w-full items-center gap-2 rounded-control px-2 text-left hover:bg-hover pointer-coarse:h-11',
            narrow && 'max-lg:justify-center max-lg:px-0',
          )}
        >
          <Initial name={current.name} />
          <span className={cn('min-w-0 flex-1 truncate font-semibold', narrow && 'max-lg:sr-only')}>
            {current.name}
          </span>
          <ChevronsUpDown aria-hidden size={14} className={cn('shrink-0 text-fg-3', narrow && 'max-lg:hidden')} />
        </button>
      }
    >
      <MenuLabel>{text.organization}</MenuLabel>
      {organizations.map((each) => (
        <MenuItem key={each.slug} render={<Link href={`/${each.slug}`} prefetch={false} />}>
          <Initial name={each.name} />
          <span className="min-w-0 flex-1 truncate">{each.name}</span>
          {each.slug === current.slug && <Check aria-label={text.current} size={14} className="text-accent-text" />}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem render={<Link href="/new" prefetch={false} />}>
        <Plus aria-hidden size={15} className="mx-0.5" />
        {text.newOrganization}
      </MenuItem>
    </Menu>
  )
}

function Initial({ name }: { readonly name: string }) {
  return (
    <span
      aria-hidden
      className="grid size-5 shrink-0 place-items-center rounded-[5px] bg-accent-soft font-semibold text-11 text-accent-text uppercase"
    >
      {[...name][0] ?? '·'}
    </span>
  )
}
