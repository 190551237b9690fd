/** At most so many of each name in a window of time; the oldest name is forgotten when there are too many. */
export class WindowCounts {
  readonly #max: number
  readonly #windowMs: number
  readonly #entriesMax: number
  readonly #counts = new Map<string, { window: number; count: number }>()

  constructor(options: { readonly max: number; readonly windowMs: number; readonly entriesMax: number }) {
    this.#max = options.max
    this.#windowMs = options.windowMs
    this.#entriesMax = options.entriesMax
  }

  /** Whether one more is within the bound, which then counts. `nowMs` since any fixed time. */
  take(name: string, nowMs: number): boolean {
    const window = Math.floor(nowMs / this.#windowMs)
    const known = this.#counts.get(name)
    if (known === undefined || known.window !== window) {
      if (known === undefined) this.#makeRoom()
      this.#counts.set(name, { window, count: 1 })
      return this.#max > 0
    }
    known.count += 1
    return known.count <= this.#max
  }

  #makeRoom(): void {
    if (this.#counts.size < this.#entriesMax) return
    const oldest = this.#counts.keys().next()
    if (!oldest.done) this.#counts.delete(oldest.value)
  }
}
