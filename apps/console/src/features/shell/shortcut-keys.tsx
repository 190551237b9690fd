'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody } from '../../ui/dialog-parts.tsx'
import { Keys } from '../../ui/keys.tsx'
import { usePreferences } from '../../ui/preferences-provider.tsx'
import { useZone } from '../../ui/time.tsx'
import { isDialogOpen, isTyping } from '../../ui/typing.ts'
import { nextZone } from './rail-foot.tsx'
import { shortcuts, text } from './text.ts'

const pairMs = 1_000

/** By the key that presses each. */
const controls: Readonly<Record<string, string>> = { t: 'range', n: 'new', '/': 'search' }

/** Single keys, off while somebody types and while a dialog is open. */
export function ShortcutKeys({ slug }: { readonly slug: string }) {
  const router = useRouter()
  const { zone, setZone } = useZone()
  const [isOpen, setOpen] = useState(false)
  const goUntil = useRef(0)
  const isOff = usePreferences().preferences.shortcuts === 'off'

  useEffect(() => {
    const places: Readonly<Record<string, string>> = {
      o: '',
      e: '/events',
      s: '/sources',
      k: '/keys',
      m: '/members',
      a: '/audit',
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isDialogOpen()) return
      if (isOff) {
        // For every listener of single keys on any screen; Space and the named keys work on.
        if (event.key.length === 1 && event.key !== ' ') event.stopImmediatePropagation()
        return
      }
      const place = places[event.key]
      if (place !== undefined && Date.now() < goUntil.current) {
        goUntil.current = 0
        // `k` after `g` is no longer the list’s.
        event.stopImmediatePropagation()
        router.push(`/${slug}${place}`)
        return
      }
      if (event.key === 'g') goUntil.current = Date.now() + pairMs
      if (event.key === 'u') setZone(nextZone(zone))
      const control = controls[event.key]
      if (control !== undefined) press(event, control)
      if (event.key === '?') setOpen(true)
    }
    window.addEventListener('keydown', onKey, true)
    return () => window.removeEventListener('keydown', onKey, true)
  }, [router, slug, zone, setZone, isOff])

  return (
    <Dialog isOpen={isOpen} onOpenChange={setOpen} title={text.shortcuts}>
      <DialogBody>
        <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-6 gap-y-2">
          {shortcuts.map(([keys, does]) => (
            <div key={keys} className="contents">
              <dt>
                <Keys keys={keys} />
              </dt>
              <dd className="m-0 text-fg-2">{does}</dd>
            </div>
          ))}
        </dl>
      </DialogBody>
    </Dialog>
  )
}

/** The control is in the header, which is there before the rows are: no key is lost while they load. */
function press(event: KeyboardEvent, name: string): void {
  const named = [...document.querySelectorAll<HTMLElement>(`[data-control="${name}"]`)]
  const control = named.find((each) => each.offsetParent !== null)
  if (control === undefined) return
  event.preventDefault()
  control.focus()
  control.click()
}
