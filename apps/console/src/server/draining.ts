// On the process, not the module: `start/serve.ts` and Next's server each have a copy of this file.
const place = globalThis as typeof globalThis & { eventmeshDraining?: AbortController }

/** Aborted when the process is asked to end: answers that would go on for ever end by themselves then. */
export function draining(): AbortController {
  place.eventmeshDraining ??= new AbortController()
  return place.eventmeshDraining
}
