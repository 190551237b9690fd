import 'server-only'
import { type UserId, users } from '@eventmesh/db'
import { cookies } from 'next/headers'
import { writeZone, zoneCookie } from '../ui/format.ts'
import { type Preferences, preferencesCookie, readPreferences, writePreferences } from '../ui/preferences.ts'
import { database } from './database.ts'
import { requestZone } from './zone.ts'

const cookie = { path: '/', maxAge: 31_536_000, sameSite: 'lax' } as const

export async function requestPreferences(): Promise<Preferences> {
  return readPreferences((await cookies()).get(preferencesCookie)?.value)
}

/** What somebody who signs in has chosen for good, before what this browser had. */
export async function bringPreferences(userId: UserId): Promise<void> {
  const { zone, hours, density, theme, shortcuts } = await users.preferencesOf(database(), userId)
  const store = await cookies()
  const before = await requestPreferences()
  const zoneBefore = await requestZone()
  if (density !== undefined || theme !== undefined || shortcuts !== undefined) {
    const next = {
      density: density ?? before.density,
      theme: theme ?? before.theme,
      shortcuts: shortcuts ?? before.shortcuts,
    }
    store.set(preferencesCookie, writePreferences(next), cookie)
  }
  if (zone !== undefined || hours !== undefined) {
    const mode = zone ?? zoneBefore.mode
    store.set(zoneCookie, writeZone({ ...zoneBefore, mode, hours: hours ?? zoneBefore.hours }), cookie)
  }
}
