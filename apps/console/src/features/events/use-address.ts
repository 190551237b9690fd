'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useMemo, useSyncExternalStore } from 'react'

export type Address = {
  readonly params: URLSearchParams
  /** Without the server, at once: the router would wait until a busy tail leaves it time. */
  readonly replace: (next: URLSearchParams) => void
  readonly push: (next: URLSearchParams) => void
  /** With the server's answer; in the place of the current entry of the history, or after it. */
  readonly go: (next: URLSearchParams, isReplace: boolean) => void
  /** With an answer that is not older than now, whatever the router holds of that address. */
  readonly renew: (next: URLSearchParams) => void
}

const listeners = new Set<() => void>()

/** The query of the address: what the list, its filters and the panel show. */
export function useAddress(): Address {
  const router = useRouter()
  const path = usePathname()
  const given = String(useSearchParams())
  const search = useSyncExternalStore(
    subscribe,
    () => window.location.search,
    () => `?${given}`,
  )
  return useMemo(() => {
    const at = (next: URLSearchParams) => (next.size === 0 ? path : `${path}?${next}`)
    const tell = () => {
      for (const listener of listeners) listener()
    }
    const push = (next: URLSearchParams) => {
      window.history.pushState(null, '', at(next))
      tell()
    }
    return {
      params: new URLSearchParams(search),
      replace(next) {
        window.history.replaceState(null, '', at(next))
        tell()
      },
      push,
      go: (next, isReplace) => router[isReplace ? 'replace' : 'push'](at(next), { scroll: false }),
      renew(next) {
        push(next)
        router.refresh()
      },
    }
  }, [router, path, search])
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}
