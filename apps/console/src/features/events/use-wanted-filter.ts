'use client'

import { useEffect, useRef, useState } from 'react'
import { type EventsFilter, writeFilter } from './filter.ts'

/** Changes that follow each other faster are one entry of the history. */
const pauseMs = 250

type Go = (next: EventsFilter, how: { readonly keepsLive: boolean; readonly isReplace: boolean }) => void

type Wanted = {
  /** What the controls show: the last choice, which the address and the rows follow. */
  readonly wanted: EventsFilter
  readonly want: (next: EventsFilter, how: { readonly keepsLive: boolean }) => void
}

export function useWantedFilter(asked: EventsFilter, go: Go): Wanted {
  const [ahead, setAhead] = useState<EventsFilter>()
  const last = useRef({ at: Number.NEGATIVE_INFINITY, from: '' })
  const address = String(writeFilter(asked))
  const isFast = () => performance.now() - last.current.at < pauseMs
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address has caught up, or leads elsewhere.
  useEffect(() => {
    // What was chosen before the last choice may still come.
    setAhead((before) =>
      before !== undefined && isFast() && String(writeFilter(before)) !== address ? before : undefined,
    )
  }, [address])
  return {
    wanted: ahead ?? asked,
    want(next, { keepsLive }) {
      const { search } = window.location
      // The entry of the first choice, unless it was overtaken and there is none yet.
      const isReplace = isFast() && search !== last.current.from
      last.current = { at: performance.now(), from: isFast() ? last.current.from : search }
      setAhead(next)
      go(next, { keepsLive, isReplace })
    },
  }
}
