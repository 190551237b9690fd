'use client'

import type { EventFacets } from '@eventmesh/db'
import { useEffect, useState } from 'react'

/** The last answer stays while the next one loads; undefined before the first, and where there is none. */
export function useFacets(slug: string, query: string): EventFacets | undefined {
  const [facets, setFacets] = useState<EventFacets>()
  useEffect(() => {
    const stop = new AbortController()
    load(slug, query, stop.signal).then((found) => {
      if (!stop.signal.aborted) setFacets(found)
    })
    return () => stop.abort()
  }, [slug, query])
  return facets
}

async function load(slug: string, query: string, signal: AbortSignal): Promise<EventFacets | undefined> {
  try {
    const response = await fetch(`/api/${slug}/events/facets?${query}`, { signal })
    return response.ok ? ((await response.json()) as EventFacets) : undefined
  } catch {
    // The list works without its counts.
    return undefined
  }
}
