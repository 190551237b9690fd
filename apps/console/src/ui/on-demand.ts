'use client'

import { useEffect, useState } from 'react'
import { updatedEvent } from './send.ts'

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
export function usePart<Part extends object>(part: OnDemand<Part>, isWanted: boolean): Part | undefined {
  const [, setLoaded] = useState<Part>()
  const isMissing = isWanted && part.current() === undefined
  useEffect(() => {
    if (!isMissing) return
    // What failed is told by the part itself; the next interest tries again.
    part.load().then(setLoaded, () => undefined)
  }, [part, isMissing])
  return isWanted ? part.current() : undefined
}

/** For what opens and closes: once it was open it stays, to end its movement. */
export function usePartOnceOpen<Part extends object>(part: OnDemand<Part>, isOpen: boolean): Part | undefined {
  const [wasOpen, setWasOpen] = useState(isOpen)
  if (isOpen && !wasOpen) setWasOpen(true)
  return usePart(part, isOpen || wasOpen)
}
