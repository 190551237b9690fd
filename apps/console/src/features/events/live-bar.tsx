'use client'

import { useEffect, useRef, useState } from 'react'
import { LinkButton } from '../../ui/button.tsx'
import { cn } from '../../ui/class-names.ts'
import { count } from '../../ui/format.ts'
import type { LiveState } from './live-connection.ts'
import { text } from './text.ts'
import type { LiveTail } from './use-live-tail.ts'

const words = text.live
const announceMs = 5_000

/** How the tail stands: connection, rate, what the sample leaves out. */
export function LiveBar({ tail, slug }: { readonly tail: LiveTail; readonly slug: string }) {
  const { state, rate, skipped } = tail
  const isBroken = state.name === 'lost' || state.name === 'refused'
  return (
    <div
      className={cn(
        'flex min-h-8 flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-1 text-12 text-fg-2',
        isBroken && 'bg-warn-soft text-warn-text',
      )}
    >
      <span className="inline-flex items-center gap-2">
        <span
          aria-hidden
          className={cn(
            'size-1.5 rounded-full',
            state.name === 'open' && !tail.isPaused ? 'bg-ok' : isBroken ? 'bg-warn' : 'bg-fg-3',
          )}
        />
        <StateText state={state} isPaused={tail.isPaused} />
        {state.name === 'refused' && state.reason === 'signed_out' && (
          <LinkButton size="small" href={`/${slug}/events`}>
            {words.reload}
          </LinkButton>
        )}
      </span>
      {state.name === 'open' && <span className="tabular">{words.rate(rate)}</span>}
      {skipped > 0 && <span className="tabular">{words.sample(count(skipped))}</span>}
      <Announcement arrived={tail.arrived} />
    </div>
  )
}

function StateText({ state, isPaused }: { readonly state: LiveState; readonly isPaused: boolean }) {
  switch (state.name) {
    case 'connecting':
      return <span>{words.connecting}</span>
    case 'open':
      return <span>{isPaused ? words.paused : words.open}</span>
    case 'hidden':
      return <span>{words.hidden}</span>
    case 'lost':
      return <Countdown at={state.at} />
    case 'refused':
      return <span role="alert">{words.refused[state.reason]}</span>
  }
}

function Countdown({ at }: { readonly at: number }) {
  const secondsLeft = () => Math.max(1, Math.ceil((at - performance.now()) / 1_000))
  const [seconds, setSeconds] = useState(secondsLeft)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it counts to `at`.
  useEffect(() => {
    setSeconds(secondsLeft())
    const timer = setInterval(() => setSeconds(secondsLeft()), 250)
    return () => clearInterval(timer)
  }, [at])
  return <span>{words.lost(seconds)}</span>
}

/** To screen readers, at most every five seconds. */
function Announcement({ arrived }: { readonly arrived: number }) {
  const now = useRef(arrived)
  const [said, setSaid] = useState('')
  useEffect(() => {
    now.current = arrived
  }, [arrived])
  useEffect(() => {
    let before = now.current
    const timer = setInterval(() => {
      if (now.current > before) setSaid(words.announced(count(now.current - before)))
      before = now.current
    }, announceMs)
    return () => clearInterval(timer)
  }, [])
  return (
    <span role="status" className="sr-only">
      {said}
    </span>
  )
}

/** Lies over the rows while they stand still; brings what waits, and the top. */
export function ResumePill({ tail, onResume }: { readonly tail: LiveTail; readonly onResume: () => void }) {
  if (!tail.isPaused) return null
  return (
    <div className="pointer-events-none sticky top-14 z-[7] flex h-0 justify-center">
      <button
        type="button"
        onClick={onResume}
        className="tabular pointer-events-auto mt-9 inline-flex h-7 items-center gap-1.5 rounded-full bg-accent px-3 font-medium text-12 text-accent-fg shadow-popover hover:bg-accent-hover pointer-coarse:h-11"
      >
        <span aria-hidden>▲</span>
        {tail.waitingCount > 0 ? words.waiting(count(tail.waitingCount)) : words.resume}
      </button>
    </div>
  )
}
