import { hash } from 'node:crypto'
import { lengthPrefixed } from './length-prefix.ts'

export type Fingerprinted = {
  /** The raw bytes: of a single request its body, of an item its slice. */
  readonly body: Buffer
  /** Lower case, as the caller normalises it; an item of a batch counts with its own. */
  readonly mediaType: string
  /** The kind of route, never the URL: a rotated URL token is the same event. */
  readonly route: 'native' | 'webhook'
  /** CloudEvents attributes that were sent as headers: they change what the body means. */
  readonly attributes?: readonly (readonly [name: string, value: string])[] | undefined
}

/**
 * What was sent under an idempotency key, as 64 hex digits: SHA-256 over length-prefixed route, media type, attributes
 * (in order of their names) and raw bytes. Never over parsed JSON: that drops repeated members and digits of large numbers.
 */
export function fingerprint(sent: Fingerprinted): string {
  const parts = [sent.route, sent.mediaType, ...inOrder(sent.attributes), sent.body]
  return hash('sha256', lengthPrefixed('eventmesh/fingerprint/1', parts), 'hex')
}

const none: readonly string[] = []

function inOrder(attributes: Fingerprinted['attributes']): readonly string[] {
  if (attributes === undefined || attributes.length === 0) return none
  return attributes.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).flat()
}
