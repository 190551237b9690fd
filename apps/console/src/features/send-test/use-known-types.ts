'use client'

import type { EventFacets } from '@eventmesh/db'
import { useEffect, useState } from 'react'

/** The types of the last 30 days, the most frequent first; none while they load, and where they cannot be. */
export function useKnownTypes(slug: string): readonly string[] {
  const [types, setTypes] = useState<readonly string[]>([])
  useEffect(() => {
    const stop = new AbortController()
    load(slug, stop.signal).then((found) => {
      if (!stop.signal.aborted) setTypes(found)
    })
    return () => stop.abort()
  }, [slug])
  return types
}

async function load(slug: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const response = await fetch(`/api/${slug}/events/facets?range=30d`, { signal })
    if (!response.ok) return []
    const { fields } = (await response.json()) as EventFacets
    return fields.type?.map(({ value }) => value) ?? []
  } catch {
    // A type can be typed without them.
    return []
  }
}
