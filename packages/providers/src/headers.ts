/** Request headers by name without case, every occurrence kept: a repeated proof is refused, never joined or picked. */
export type Headers = {
  /** The first value, blanks around it cut; undefined when absent. */
  get(name: string): string | undefined
  count(name: string): number
  /** Lower-case names, each once, in order of arrival. */
  readonly names: readonly string[]
}

/** Reads name, value, name, value … as Node's `rawHeaders` lists them. */
export function readHeaders(rawHeaders: readonly string[]): Headers {
  const values = new Map<string, string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    const seen = values.get(name)
    if (seen === undefined) values.set(name, [rawHeaders[i + 1]!.trim()])
    else seen.push(rawHeaders[i + 1]!.trim())
  }
  return {
    get: (name) => values.get(name.toLowerCase())?.[0],
    count: (name) => values.get(name.toLowerCase())?.length ?? 0,
    names: [...values.keys()],
  }
}
