/** Request headers by name without case, every occurrence kept: a repeated proof is refused, never joined or picked. */
export type Headers = {
  /** The first value, blanks around it cut; undefined when absent. */
  get(name: string): string | undefined
  count(name: string): number
  /** Lower-case names, each once, in order of arrival. */
  readonly names: readonly string[]
}

/** Reads name, value, name, value … as Node's `rawHeaders` lists them: few are asked for, so that no table is made. */
export function readHeaders(rawHeaders: readonly string[]): Headers {
  return {
    get(name) {
      const lower = name.toLowerCase()
      for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
        if (isNamed(rawHeaders[i]!, lower)) return rawHeaders[i + 1]!.trim()
      }
      return undefined
    },
    count(name) {
      const lower = name.toLowerCase()
      let count = 0
      for (let i = 0; i + 1 < rawHeaders.length; i += 2) if (isNamed(rawHeaders[i]!, lower)) count += 1
      return count
    },
    get names() {
      return [...new Set(rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))]
    },
  }
}

function isNamed(name: string, lower: string): boolean {
  return name.length === lower.length && name.toLowerCase() === lower
}
