'use client'

import { useEffect, useRef, useState } from 'react'
import { useStable } from '../../ui/use-stable.ts'
import { type EventsFilter, writeFilter } from './filter.ts'

/** Changes that follow each other faster are one entry of the history. */
const pauseMs = 250

type Wanted = {
  /** What the controls show: the last choice, which the address and the rows follow. */
  readonly wanted: EventsFilter
  readonly want: (next: EventsFilter, options: WantOptions) => void
}

type WantOptions = { readonly keepsLive: boolean; readonly isAtOnce?: boolean }

export function useWantedFilter(asked: EventsFilter, go: (next: EventsFilter, options: WantOptions) => void): Wanted {
  const [ahead, setAhead] = useState<EventsFilter>()
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const address = String(writeFilter(asked))
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address has caught up, or leads elsewhere.
  useEffect(() => {
    if (timer.current === undefined) setAhead(undefined)
  }, [address])
  useEffect(() => () => clearTimeout(timer.current), [])
  const send = useStable((next: EventsFilter, options: WantOptions) => {
    timer.current = undefined
    go(next, options)
  })
  return {
    wanted: ahead ?? asked,
    want(next, options) {
      setAhead(next)
      clearTimeout(timer.current)
      if (options.isAtOnce) send(next, options)
      else timer.current = setTimeout(send, pauseMs, next, options)
    },
  }
}
