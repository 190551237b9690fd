/** Work that goes on beside an answer; a drain waits for it. */
export class Background {
  readonly #running = new Set<Promise<void>>()
  readonly #onError: (what: string, error: unknown) => void

  constructor(onError: (what: string, error: unknown) => void) {
    this.#onError = onError
  }

  run(what: string, work: Promise<unknown>): void {
    const tracked: Promise<void> = work.then(
      () => void this.#running.delete(tracked),
      (error: unknown) => {
        this.#running.delete(tracked)
        this.#onError(what, error)
      },
    )
    this.#running.add(tracked)
  }

  get size(): number {
    return this.#running.size
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
