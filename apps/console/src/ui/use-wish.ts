'use client'

import { usePathname, useRouter, useSearchParams } from 'next/navigation'
import { useEffect, useRef } from 'react'

/** `?do=<name>` in the address, as the palette writes it, is fulfilled once and taken out of the address. */
export function useWish(name: string, fulfil: () => void): void {
  const router = useRouter()
  const path = usePathname()
  const params = useSearchParams()
  const latest = useRef(fulfil)
  latest.current = fulfil
  const isWished = params.get('do') === name
  const rest = new URLSearchParams(params)
  rest.delete('do')
  const address = rest.size === 0 ? path : `${path}?${rest}`
  useEffect(() => {
    if (!isWished) return
    router.replace(address, { scroll: false })
    latest.current()
  }, [isWished, router, address])
}
