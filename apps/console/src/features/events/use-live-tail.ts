'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { followLive, type LiveState } from './live-connection.ts'
import { arrive, type LiveRows, noLiveRows, resume as resumed } from './live-rows.ts'

export type LiveTail = LiveRows & {
  readonly state: LiveState
  readonly isPaused: boolean
  /** Items a second over the last five, the ones left out included. */
  readonly rate: number
  readonly pause: () => void
  readonly resume: () => void
}

const rateOverMs = 5_000

/** `query` undefined: the tail is off. Another query starts it over. */
export function useLiveTail(slug: string, query: string | undefined): LiveTail {
  const [rows, setRows] = useState<LiveRows>(noLiveRows)
  const [state, setState] = useState<LiveState>({ name: 'connecting' })
  const [isPaused, setPaused] = useState(false)
  const [rate, setRate] = useState(0)
  const paused = useRef(false)

  const pause = useCallback(() => {
    paused.current = true
    setPaused(true)
  }, [])
  const resume = useCallback(() => {
    paused.current = false
    setPaused(false)
    setRows(resumed)
  }, [])

  useEffect(() => {
    if (query === undefined) return
    const stop = new AbortController()
    const arrivals: { readonly at: number; readonly n: number }[] = []
    let isBacklog = true
    setRows(noLiveRows)
    resume()
    void followLive({
      slug,
      query,
      signal: stop.signal,
      onState: setState,
      onRows(fresh, skipped) {
        // What was there before says nothing of how fast it comes.
        if (!isBacklog) arrivals.push({ at: performance.now(), n: fresh.length + skipped })
        isBacklog = false
        setRows((before) => arrive(before, fresh, { skipped, isPaused: paused.current }))
      },
    })
    const timer = setInterval(() => {
      while (arrivals[0] !== undefined && arrivals[0].at < performance.now() - rateOverMs) arrivals.shift()
      setRate(arrivals.reduce((all, { n }) => all + n, 0) / (rateOverMs / 1_000))
    }, 1_000)
    return () => {
      stop.abort()
      clearInterval(timer)
      setRate(0)
    }
  }, [slug, query, resume])

  return { ...rows, state, isPaused, rate, pause, resume }
}
