'use client'

import { PanelLeft } from 'lucide-react'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect, useState } from 'react'
import { Drawer, opensDialog } from '../../ui/dialog.tsx'
import { findEvent } from '../../ui/shell-events.ts'
import { lastTenantCookie } from './last-tenant.ts'
import { Rail, type RailProps } from './rail.tsx'
import { ShortcutKeys } from './shortcut-keys.tsx'
import { text } from './text.ts'

/** Rail and content; below 768 px the rail is a drawer. */
export function Shell({ children, ...rail }: RailProps & { readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  const path = usePathname()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer.
  useEffect(() => setOpen(false), [path])
  useEffect(() => {
    const close = () => setOpen(false)
    window.addEventListener(findEvent, close)
    return () => window.removeEventListener(findEvent, close)
  }, [])
  useEffect(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet.
    document.cookie = `${lastTenantCookie}=${rail.current.slug}; path=/; max-age=31536000; samesite=lax`
  }, [rail.current.slug])
  return (
    <div className="flex min-h-dvh">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-control bg-raised px-3 py-1.5 shadow-popover focus:translate-y-0"
      >
        {text.skip}
      </a>
      <div className="sticky top-0 z-20 hidden h-dvh w-14 shrink-0 border-line border-r bg-bg md:block lg:w-[220px]">
        <Rail {...rail} isNarrow="below-lg" />
      </div>
      <button
        type="button"
        aria-label={text.openMenu}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        {...opensDialog}
        onClick={() => setOpen(true)}
        className="fixed top-2 left-2 z-30 grid size-8 place-items-center rounded-control text-fg-2 hover:bg-hover md:hidden pointer-coarse:top-0.5 pointer-coarse:left-0.5 pointer-coarse:size-11"
      >
        <PanelLeft aria-hidden size={16} />
      </button>
      <Drawer isOpen={isOpen} onOpenChange={setOpen} label={text.openMenu} className="md:hidden">
        <Rail {...rail} isNarrow="never" />
      </Drawer>
      <main id="content" tabIndex={-1} className="flex min-w-0 flex-1 flex-col outline-none">
        {children}
      </main>
      <ShortcutKeys slug={rail.current.slug} />
    </div>
  )
}
