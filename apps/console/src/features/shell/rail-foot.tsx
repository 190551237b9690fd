'use client'

import { Check, CircleUser, LogOut } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTheme } from 'next-themes'
import { useEffect, useState } from 'react'
import { cn } from '../../ui/class-names.ts'
import type { Zone } from '../../ui/format.ts'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu.tsx'
import { usePreferences } from '../../ui/preferences-provider.tsx'
import { Dot } from '../../ui/status.tsx'
import { browserZone, useZone } from '../../ui/time.tsx'
import { personWords } from '../../words/person.ts'
import { signOut } from './actions.ts'
import { text } from './text.ts'

export type Person = { readonly email: string; readonly name: string | null }

export function RailFoot({ person, isNarrow }: { readonly person: Person; readonly isNarrow: boolean }) {
  const router = useRouter()
  const { theme } = useTheme()
  const { prefer } = usePreferences()
  return (
    <div className="flex flex-col gap-1 border-line border-t pt-2">
      <div className={cn('flex items-center justify-between gap-2 px-2', isNarrow && 'max-lg:flex-col max-lg:px-0')}>
        <Health isNarrow={isNarrow} />
        <ZoneSwitch />
      </div>
      <Menu
        align="start"
        className="w-60"
        trigger={
          <button
            type="button"
            aria-label={text.account(personWords(person))}
            className={cn(
              'flex h-8 w-full items-center gap-2.5 rounded-control px-2 text-left text-fg-2 hover:bg-hover hover:text-fg pointer-coarse:h-11',
              isNarrow && 'max-lg:justify-center max-lg:px-0',
            )}
          >
            <CircleUser aria-hidden size={15} className="shrink-0" />
            <span className={cn('min-w-0 truncate', isNarrow && 'max-lg:sr-only')}>{person.name ?? person.email}</span>
          </button>
        }
      >
        {person.name !== null && (
          <>
            <MenuLabel>
              <span className="block truncate">{person.email}</span>
            </MenuLabel>
            <MenuSeparator />
          </>
        )}
        <MenuLabel>{text.theme}</MenuLabel>
        {(['system', 'light', 'dark'] as const).map((each) => (
          <MenuItem key={each} onClick={() => prefer({ theme: each })}>
            <span className="flex-1">{text[each]}</span>
            {theme === each && <Check aria-label={text.current} size={14} className="text-accent-text" />}
          </MenuItem>
        ))}
        <MenuSeparator />
        <MenuItem
          onClick={async () => {
            await signOut({}).catch(() => undefined)
            router.replace('/sign-in')
            router.refresh()
          }}
        >
          <LogOut aria-hidden size={15} />
          {text.signOut}
        </MenuItem>
      </Menu>
    </div>
  )
}

const healthEveryMs = 30_000

function Health({ isNarrow }: { readonly isNarrow: boolean }) {
  const [isOk, setOk] = useState(true)
  useEffect(() => {
    const look = async () => {
      if (document.hidden) return
      // No answer shows as one that is not ok.
      const response = await fetch('/readyz', { method: 'HEAD' }).catch(() => undefined)
      setOk(response?.ok ?? false)
    }
    void look()
    const timer = setInterval(look, healthEveryMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <span
      role="status"
      title={isOk ? text.live : text.degraded}
      className="inline-flex items-center gap-1.5 text-12 text-fg-2"
    >
      <Dot severity={isOk ? 'ok' : 'warn'} />
      <span className={cn(isNarrow && 'max-lg:sr-only')}>{isOk ? text.live : text.degraded}</span>
    </span>
  )
}

const modes = ['utc', 'local', 'relative'] as const

export function nextZone({ mode, hours }: Zone): Zone {
  const next = modes[(modes.indexOf(mode) + 1) % modes.length] ?? 'utc'
  return { mode: next, timeZone: next === 'utc' ? 'UTC' : browserZone(), hours }
}

function ZoneSwitch() {
  const { zone, setZone } = useZone()
  return (
    <button
      type="button"
      title={`${text.times}: ${text[zone.mode]}`}
      onClick={() => setZone(nextZone(zone))}
      className="h-6 rounded-[4px] px-1.5 text-12 text-fg-2 hover:bg-hover hover:text-fg pointer-coarse:h-11 pointer-coarse:min-w-11"
    >
      <span className="sr-only">{text.times}: </span>
      {text[zone.mode]}
    </button>
  )
}
