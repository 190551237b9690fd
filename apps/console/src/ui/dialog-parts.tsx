'use client'

import { type ReactNode, useEffect, useRef, useState } from 'react'
import { cn } from './class-names.ts'
import { scrollRegion } from './scroll-region.ts'

export function DialogBody({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  const { ref, isCut } = useOverflow()
  return (
    <div
      ref={ref}
      {...(isCut ? scrollRegion('Contents') : {})}
      className={cn(
        'flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-4 py-4 focus-visible:-outline-offset-2',
        className,
      )}
    >
      {children}
    </div>
  )
}

/** Only what is higher than its room needs to be reached by the keyboard. */
function useOverflow() {
  const ref = useRef<HTMLDivElement>(null)
  const [isCut, setCut] = useState(false)
  useEffect(() => {
    const { current } = ref
    if (current === null) return
    const observer = new ResizeObserver(() => setCut(current.scrollHeight > current.clientHeight))
    for (const each of [current, ...current.children]) observer.observe(each)
    return () => observer.disconnect()
  }, [])
  return { ref, isCut }
}

export function DialogFooter({ children }: { readonly children: ReactNode }) {
  return (
    <footer className="flex flex-wrap justify-end gap-2 border-line border-t px-4 py-3 max-sm:*:flex-1">
      {children}
    </footer>
  )
}
