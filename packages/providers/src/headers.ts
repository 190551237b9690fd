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
  return new ListedHeaders(rawHeaders)
}

class ListedHeaders implements Headers {
  readonly #list: readonly string[]

  constructor(list: readonly string[]) {
    this.#list = list
  }

  get(name: string): string | undefined {
    const list = this.#list
    for (let i = 0; i + 1 < list.length; i += 2) if (isNamed(list[i]!, name)) return list[i + 1]!.trim()
    return undefined
  }

  count(name: string): number {
    const list = this.#list
    let count = 0
    for (let i = 0; i + 1 < list.length; i += 2) if (isNamed(list[i]!, name)) count += 1
    return count
  }

  get names(): readonly string[] {
    return [...new Set(this.#list.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()))]
  }
}

/** Most names differ in length or in their last letter: no lower-case copy is made of those. */
function isNamed(written: string, name: string): boolean {
  const end = written.length - 1
  if (end !== name.length - 1 || lower(written.charCodeAt(end)) !== lower(name.charCodeAt(end))) return false
  return written.toLowerCase() === name.toLowerCase()
}

function lower(letter: number): number {
  return letter >= 0x41 && letter <= 0x5a ? letter + 0x20 : letter
}
