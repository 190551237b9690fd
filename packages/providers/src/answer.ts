import type { Answer } from './provider.ts'
import { providers } from './registry.ts'

/** The provider's own 2xx to an accepted delivery, whole: no header is added but the transport's. Null: ours, 202. */
export function acceptedAnswer(provider: string): Answer | null {
  return providers.get(provider)?.answer ?? null
}
