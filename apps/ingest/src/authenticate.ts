import { authenticateKey } from './authenticate-key.ts'
import { authenticateSource } from './authenticate-source.ts'
import type { Caller } from './caller.ts'
import type { KeyCache } from './key-cache.ts'
import type { Refusal } from './outcome.ts'
import { hookToken, type RawRequest } from './request.ts'
import type { SourceCache } from './source-cache.ts'
import type { TokenBuckets } from './token-bucket.ts'

export type Authenticated =
  | { readonly ok: true; readonly value: Caller }
  /** `caller` when the refusal can be shown to a tenant: the sender proved to hold its key or its source's address. */
  | { readonly ok: false; readonly refusal: Refusal; readonly caller?: Caller }

export type AuthenticateDeps = {
  readonly keys: KeyCache
  readonly sources: SourceCache
  /** Unknown keys and addresses of sources, by the sender's address. */
  readonly failures: TokenBuckets
  /** As senders see this service, without a slash at the end. */
  readonly publicUrl: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** From headers and URL alone: the API key, or the source whose address was called. */
export function authenticate(request: RawRequest, deps: AuthenticateDeps): Promise<Authenticated> {
  const token = hookToken(request.path)
  return token === undefined ? authenticateKey(request, deps) : authenticateSource(token, request, deps)
}

/** Whose request it is that is refused already: its rates and its tenant's list still show it. */
export async function attribute(request: RawRequest, deps: AuthenticateDeps): Promise<Caller | undefined> {
  if (!isAttributable(request)) return undefined
  const authenticated = await authenticate(request, deps)
  return authenticated.ok ? authenticated.value : authenticated.caller
}

/** Whether there is anything in a request by which it could be a tenant's. */
export function isAttributable(request: RawRequest): boolean {
  return request.headers.authorization !== undefined || hookToken(request.path) !== undefined
}
