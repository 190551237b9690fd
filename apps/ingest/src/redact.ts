import { outcomeBodyBytesMax } from '@eventmesh/envelope'

const keys = /em_(live|test)_[0-9A-Za-z]+/g
const bearers = /\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi
const credentialsInUrls = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@"]*:[^\s/@"]*@/gi
const secretMembers =
  /("[^"\\]{0,64}(?:passw|secret|token|authorization|api[_-]?key|private[_-]?key|cookie|credential|signature|hmac|event_hash)[^"\\]{0,64}"\s*:\s*)("(?:[^"\\]|\\.)*"?|[-0-9.eE]+)/gi

const secretFields =
  /((?:^|[&\r\n])[^=&\s"{]{0,64}(?:passw|secret|token|api[_-]?key|credential|signature|hmac)[^=&\s"{]{0,64}=)[^&\s]+/gi
/** The third part of a JWT signs the others. */
const tokens = /\b(eyJ[\w-]{4,}\.eyJ[\w-]{4,}\.)[\w-]{8,}/g

/**
 * Takes out what looks like a credential or a signature: API keys, bearer tokens, passwords in URLs, signatures of JWTs,
 * members and form fields with telling names.
 */
export function redact(text: string): string {
  return text
    .replace(keys, 'em_$1_[redacted]')
    .replace(credentialsInUrls, '$1[redacted]@')
    .replace(tokens, '$1[redacted]')
    .replace(bearers, '$1 [redacted]')
    .replace(secretFields, '$1[redacted]')
    .replace(secretMembers, '$1"[redacted]"')
}

/** A rejected body as its tenant may see it later: redacted, and no more than its first bytes. */
export function redactedCopy(body: Buffer): { readonly text: string; readonly truncated: boolean } {
  // Redacted before the cut: half a secret at the end of the copy would match no pattern.
  const readAhead = body.subarray(0, 2 * outcomeBodyBytesMax)
  const bytes = Buffer.from(redact(readAhead.toString('utf8')))
  const truncated = bytes.length > outcomeBodyBytesMax || readAhead.length < body.length
  return { text: bytes.subarray(0, outcomeBodyBytesMax).toString('utf8'), truncated }
}
