import type { KeyUse } from '@eventmesh/db'
import type { KeyId } from '@eventmesh/envelope'

const usesMax = 50_000

/** When each key was last used, gathered in memory and written now and then: never on an answer's path. */
export class KeyUsage {
  readonly #uses = new Map<KeyId, KeyUse>()

  note(use: KeyUse): void {
    if (this.#uses.size < usesMax || this.#uses.has(use.id)) this.#uses.set(use.id, use)
  }

  take(): readonly KeyUse[] {
    const uses = [...this.#uses.values()]
    this.#uses.clear()
    return uses
  }
}
