import { catalog } from './catalog/index.ts'
import type { Provider } from './provider.ts'

const byId = new Map(catalog.map((provider) => [provider.id, provider]))

/** The providers that a source can have, by id. */
export const providers = {
  /** Undefined of an unknown id: a source of one refuses everything. */
  get(id: string): Provider | undefined {
    return byId.get(id)
  },
  /** Sorted by id. */
  list(): readonly Provider[] {
    return catalog.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  },
}
