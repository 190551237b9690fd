'use client'

import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { clock, dayWithYear, moment, relative, utc, writeZone, type Zone, zoneCookie } from './format.ts'
import { useStable } from './use-stable.ts'

type ZoneContext = { readonly zone: Zone; readonly setZone: (zone: Zone) => void }

const Context = createContext<ZoneContext>({ zone: utc, setZone: () => {} })
const year = 31_536_000

/**
 * The zone that the server read from the cookie, so that both render the same text; another one comes with a sign-in,
 * and then the browser alone knows what is local to it.
 */
export function ZoneProvider({ initial, children }: { readonly initial: Zone; readonly children: ReactNode }) {
  const given = writeZone(initial)
  const [known, setKnown] = useState(given)
  const [zone, setState] = useState(initial)
  if (given !== known) {
    setKnown(given)
    setState(initial)
  }
  const setZone = useStable((next: Zone) => {
    setState(next)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet.
    document.cookie = `${zoneCookie}=${encodeURIComponent(writeZone(next))}; path=/; max-age=${year}; samesite=lax`
  })
  useEffect(() => {
    const timeZone = browserZone()
    if (zone.mode !== 'utc' && zone.timeZone === utc.timeZone && timeZone !== utc.timeZone)
      setZone({ ...zone, timeZone })
  }, [zone, setZone])
  return <Context value={{ zone, setZone }}>{children}</Context>
}

/** On the server it is another one: asked only in effects and handlers, and for what shows on a pointer. */
export function browserZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

export function useZone(): ZoneContext {
  return useContext(Context)
}

/** Undefined until mounted, as the server's now is not the browser's, and while nobody needs it. */
export function useNow(everyMs = 10_000, isNeeded = true): Date | undefined {
  const [now, setNow] = useState<Date>()
  useEffect(() => {
    if (!isNeeded) return
    setNow(new Date())
    const timer = setInterval(() => setNow(new Date()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, isNeeded])
  return now
}

export type TimeProps = {
  /** RFC 3339. */
  readonly at: string
  readonly as?: 'moment' | 'clock' | 'date' | 'relative'
  readonly className?: string
}

/** Exact first; the other zone and the relative form as secondary text. */
export function Time({ at, as = 'moment', className }: TimeProps) {
  const { zone } = useZone()
  const wantsRelative = as === 'relative' || (zone.mode === 'relative' && as !== 'date')
  const [isPointed, setPointed] = useState(false)
  // Most times on a page are exact and need no clock until somebody asks for their other forms.
  const now = useNow(10_000, wantsRelative || isPointed)
  const date = new Date(at)
  const exact = moment(date, zone.timeZone, zone.hours)
  const isRelative = now !== undefined && wantsRelative
  const text = isRelative
    ? relative(date, now)
    : as === 'clock'
      ? clock(date, zone.timeZone, zone.hours)
      : as === 'moment'
        ? exact
        : dayWithYear(date, zone.timeZone)
  const otherZone = zone.timeZone !== 'UTC' ? 'UTC' : isPointed ? browserZone() : undefined
  const inOther = otherZone === undefined ? exact : moment(date, otherZone, zone.hours)
  const other = inOther === exact ? '' : ` · ${inOther}`
  return (
    <time
      dateTime={at}
      title={`${exact}${other}${now ? ` · ${relative(date, now)}` : ''}`}
      onPointerEnter={() => setPointed(true)}
      className={className}
    >
      {text}
    </time>
  )
}
