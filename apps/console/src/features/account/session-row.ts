import type { Session } from '@eventmesh/db'
import { text } from './text.ts'

export type SessionRow = {
  readonly id: string
  readonly device: string
  readonly ip: string | null
  readonly lastSeenAt: string
  readonly createdAt: string
  readonly isCurrent: boolean
}

export function toSessionRow(session: Session, current: Session): SessionRow {
  return {
    id: session.id,
    device: deviceOf(session.userAgent),
    ip: session.ip,
    lastSeenAt: session.lastSeenAt.toISOString(),
    createdAt: session.createdAt.toISOString(),
    isCurrent: session.id === current.id,
  }
}

const browsers: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Edge', /\bEdg(?:e|A|iOS)?\//],
  ['Opera', /\bOPR\//],
  ['Firefox', /\b(?:Firefox|FxiOS)\//],
  ['Chrome', /\b(?:Chrome|HeadlessChrome|CriOS)\//],
  ['Safari', /\bSafari\//],
]
const systems: readonly (readonly [name: string, sign: RegExp])[] = [
  ['Android', /Android/],
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Windows', /Windows/],
  ['macOS', /Mac OS X|Macintosh/],
  ['Linux', /Linux|X11/],
]

/** `Firefox on Linux`; a claim of the browser, no proof. */
export function deviceOf(userAgent: string | null): string {
  const named = (list: typeof browsers) => list.find(([, sign]) => sign.test(userAgent ?? ''))?.[0]
  const browser = named(browsers)
  const system = named(systems)
  if (browser === undefined) return system ?? text.sessions.unknown
  return system === undefined ? browser : `${browser} on ${system}`
}
