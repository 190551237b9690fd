import type { SourceRecord, SourceUse } from '@eventmesh/db'
import type { SecretId, SourceId } from '@eventmesh/envelope'

const sourcesMax = 50_000

type Use = {
  -readonly [Field in keyof Omit<SourceUse, 'matched'>]: SourceUse[Field]
} & { readonly matched: Map<SecretId, Date> }

/** When sources were last used, and by which secret: gathered in memory and written now and then, never before an answer. */
export class SourceUsage {
  readonly #uses = new Map<SourceId, Use>()

  /** A delivery whose proof held. */
  received(source: SourceRecord, atMs: number, secretId: string | null): void {
    const use = this.#of(source)
    if (use === undefined) return
    use.receivedAt = new Date(atMs)
    if (secretId !== null) use.matched.set(secretId as SecretId, use.receivedAt)
  }

  handshake(source: SourceRecord, atMs: number, isOk: boolean): void {
    const use = this.#of(source)
    if (use !== undefined) use.handshake = { at: new Date(atMs), isOk }
  }

  take(): readonly SourceUse[] {
    const uses = [...this.#uses.values()].map(({ matched, ...use }) => ({
      ...use,
      matched: Array.from(matched, ([secretId, at]) => ({ secretId, at })),
    }))
    this.#uses.clear()
    return uses
  }

  #of({ sourceId, tenantId }: SourceRecord): Use | undefined {
    let use = this.#uses.get(sourceId)
    if (use === undefined && this.#uses.size < sourcesMax) {
      use = { sourceId, tenantId, matched: new Map() }
      this.#uses.set(sourceId, use)
    }
    return use
  }
}
