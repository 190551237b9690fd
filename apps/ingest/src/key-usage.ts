import type { KeyId, TenantId } from '@eventmesh/envelope'

export type KeyUse = {
  readonly keyId: KeyId
  readonly tenantId: TenantId
  readonly usedAtMs: number
  readonly ip: string
}

const usesMax = 50_000

/** When each key was last used, gathered in memory and written now and then: never on an answer's path. */
export class KeyUsage {
  readonly #uses = new Map<KeyId, KeyUse>()

  note(use: KeyUse): void {
    if (this.#uses.size < usesMax || this.#uses.has(use.keyId)) this.#uses.set(use.keyId, use)
  }

  take(): readonly KeyUse[] {
    const uses = [...this.#uses.values()]
    this.#uses.clear()
    return uses
  }
}
