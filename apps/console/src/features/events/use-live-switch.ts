'use client'

import { useAddress } from './use-address.ts'

/** Into the tail without the server; out of it to a list that is read anew. */
export function useLiveSwitch(): { readonly isLive: boolean; readonly toggle: () => void } {
  const { params, push, renew } = useAddress()
  const isLive = params.get('live') === '1'
  return {
    isLive,
    toggle() {
      const next = new URLSearchParams(params)
      for (const name of ['selected', 'tab', 'live']) next.delete(name)
      if (isLive) return renew(next)
      next.set('live', '1')
      push(next)
    },
  }
}
