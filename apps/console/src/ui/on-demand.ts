'use client'

import { useEffect, useState } from 'react'
import { updatedEvent } from './send.ts'
import { useStable } from './use-stable.ts'

/** A part of the console that no page loads first: its code comes with the first interest in it. */
export type OnDemand<Part> = {
  /** Undefined until it is there. */
  readonly current: () => Part | undefined
  readonly load: () => Promise<Part>
}

export function onDemand<Part>(load: () => Promise<Part>): OnDemand<Part> {
  let part: Part | undefined
  let loading: Promise<Part> | undefined
  async function loadOnce(): Promise<Part> {
    try {
      part = await load()
      return part
    } catch (error) {
      // The next interest tries again.
      loading = undefined
      // A console that was replaced by a newer one no longer has this page's parts.
      window.dispatchEvent(new Event(updatedEvent))
      throw error
    }
  }
  return {
    current: () => part,
    load() {
      loading ??= loadOnce()
      return loading
    },
  }
}

/** The part while it is wanted, as soon as it is there. */
export function usePart<Part extends object>(
  part: OnDemand<Part>,
  isWanted: boolean,
  onFailed?: () => void,
): Part | undefined {
  const [, setLoaded] = useState<Part>()
  const isMissing = isWanted && part.current() === undefined
  const failed = useStable(() => onFailed?.())
  useEffect(() => {
    if (isMissing) part.load().then(setLoaded, failed)
  }, [part, isMissing, failed])
  return isWanted ? part.current() : undefined
}

type Opening = { readonly isOpen: boolean; readonly onOpenChange: (isOpen: boolean) => void }

/** For what opens and closes: it stays after that, to end its movement. What does not come is closed again. */
export function usePartOnceOpen<Part extends object>(
  part: OnDemand<Part>,
  { isOpen, onOpenChange }: Opening,
): Part | undefined {
  const [wasOpen, setWasOpen] = useState(isOpen)
  if (isOpen && !wasOpen) setWasOpen(true)
  return usePart(part, wasOpen, () => {
    setWasOpen(false)
    onOpenChange(false)
  })
}
