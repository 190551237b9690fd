'use client'

import { useEffect, useState } from 'react'
import type { ActionFault } from '../../ui/action-result.ts'
import { Button, LinkButton } from '../../ui/button.tsx'
import { FormFault } from '../../ui/form.tsx'
import { duration } from '../../ui/format.ts'
import { send } from '../../ui/send.ts'
import { StatusMark } from '../../ui/status.tsx'
import { sendFirst } from './actions.ts'
import type { Arrival } from './arrival.ts'
import { text } from './text.ts'

type Props = { readonly slug: string; readonly ingestUrl: string; readonly canSend: boolean; readonly seq: number }

const everyMs = 1_000
const slowEveryMs = 2_000
const helpAfterMs = 60_000
const shownMax = 5

export function WatchStep({ slug, ingestUrl, canSend, seq }: Props) {
  const { arrivals, isBroken } = useArrivals(slug, seq)
  const [isLate, setLate] = useState(false)
  const [isPending, setPending] = useState(false)
  const [fault, setFault] = useState<ActionFault>()
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), helpAfterMs)
    return () => clearTimeout(timer)
  }, [])

  const newest = arrivals[0]
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="sr-only">
        {newest === undefined ? '' : text.watch.arrived(newest.type ?? newest.outcomeText)}
      </p>
      {newest === undefined ? (
        <p className="flex items-center gap-2.5 text-fg-2">
          <span aria-hidden className="relative grid size-2 place-items-center">
            <span className="absolute size-2 animate-ping rounded-full bg-accent opacity-40 motion-reduce:hidden" />
            <span className="size-2 rounded-full bg-accent" />
          </span>
          {text.watch.waiting}
        </p>
      ) : (
        <ul className="m-0 flex list-none flex-col gap-2 p-0">
          {arrivals.slice(0, shownMax).map((arrival) => (
            <ArrivalRow key={arrival.id} slug={slug} arrival={arrival} />
          ))}
        </ul>
      )}
      {isBroken && <p className="text-12 text-warn-text">{text.watch.polling}</p>}
      <FormFault fault={fault} />
      <span className="flex flex-wrap gap-2">
        {canSend && (
          <Button
            isPending={isPending}
            onClick={async () => {
              setPending(true)
              const result = await send(() => sendFirst(slug, {}))
              setPending(false)
              setFault(result.ok ? undefined : result)
            }}
          >
            {text.watch.sendTest}
          </Button>
        )}
        {newest !== undefined && <LinkButton href={`/${slug}/events`}>{text.watch.openAll}</LinkButton>}
      </span>
      {isLate && newest === undefined && (
        <div className="text-12 text-fg-2">
          <p className="font-medium">{text.watch.checks}</p>
          <ul className="m-0 mt-1 pl-4">
            {text.watch.check(ingestUrl).map((check) => (
              <li key={check}>{check}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

function ArrivalRow({ slug, arrival }: { readonly slug: string; readonly arrival: Arrival }) {
  return (
    <li className="flex flex-col gap-2 rounded-control border border-line bg-bg px-3 py-2">
      <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusMark severity={arrival.severity} label={arrival.outcomeText} />
        {arrival.type !== null && <span className="font-medium">{arrival.type}</span>}
        <code className="min-w-0 break-all text-fg-2">{arrival.eventId ?? arrival.reason ?? arrival.id}</code>
        {arrival.latencyMs !== null && <span className="tabular text-fg-3">{duration(arrival.latencyMs)}</span>}
        <LinkButton size="small" href={`/${slug}/events/${arrival.id}`} className="ml-auto">
          {text.watch.open}
        </LinkButton>
      </span>
      {arrival.fix !== null && <span className="text-12 text-fg-2">{arrival.fix}</span>}
    </li>
  )
}

/** Newest first; looks again every second, slower while the server does not answer. */
function useArrivals(
  slug: string,
  start: number,
): { readonly arrivals: readonly Arrival[]; readonly isBroken: boolean } {
  const [arrivals, setArrivals] = useState<readonly Arrival[]>([])
  const [isBroken, setBroken] = useState(false)
  useEffect(() => {
    const stop = new AbortController()
    let after = start
    let timer: ReturnType<typeof setTimeout>
    const look = async () => {
      const answer = document.hidden ? undefined : await load(slug, after, stop.signal)
      if (stop.signal.aborted) return
      if (answer !== undefined) {
        after = answer.seq
        setBroken(false)
        if (answer.rows.length > 0) setArrivals((before) => [...answer.rows.toReversed(), ...before].slice(0, 20))
      } else if (!document.hidden) setBroken(true)
      timer = setTimeout(look, answer === undefined ? slowEveryMs : everyMs)
    }
    void look()
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [slug, start])
  return { arrivals, isBroken }
}

async function load(slug: string, after: number, signal: AbortSignal) {
  try {
    const response = await fetch(`/api/${slug}/events/arrivals?after=${after}`, { signal })
    return response.ok
      ? ((await response.json()) as { readonly rows: readonly Arrival[]; readonly seq: number })
      : undefined
  } catch {
    // No network or no server: the next look tells.
    return undefined
  }
}
