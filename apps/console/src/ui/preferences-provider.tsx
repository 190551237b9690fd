'use client'

import { useTheme } from 'next-themes'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { type Preferences, preferencesCookie, readPreferences, standard, writePreferences } from './preferences.ts'

type Held = { readonly preferences: Preferences; readonly prefer: (next: Partial<Preferences>) => void }

const Context = createContext<Held>({ preferences: standard, prefer: () => {} })
const year = 31_536_000

/** `initial`: what the server read from the cookie, so that both render the same; another one comes with a sign-in. */
export function PreferencesProvider({
  initial,
  children,
}: {
  readonly initial: Preferences
  readonly children: ReactNode
}) {
  const given = writePreferences(initial)
  const [known, setKnown] = useState(given)
  const [preferences, setState] = useState(initial)
  if (given !== known) {
    setKnown(given)
    setState(readPreferences(given))
  }
  const { setTheme } = useTheme()
  const { theme } = preferences
  useEffect(() => {
    if (theme !== null) setTheme(theme)
  }, [theme, setTheme])
  const prefer = (change: Partial<Preferences>) => {
    const next = { ...preferences, ...change }
    setState(next)
    document.documentElement.dataset.density = next.density
    const value = writePreferences(next)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet.
    document.cookie = `${preferencesCookie}=${value}; path=/; max-age=${year}; samesite=lax`
  }
  return <Context value={{ preferences, prefer }}>{children}</Context>
}

export function usePreferences(): Held {
  return useContext(Context)
}
