import { isUtf8 } from 'node:buffer'
import { decodeString, eventLimits, scanDocument } from './json.ts'

/** How a body that is no JSON object became the payload; header `em-wrap`. `none`: it is one and was not wrapped. */
export type Wrap = 'none' | 'json' | 'text' | 'base64' | 'form'

export type Wrapped = {
  readonly payload: Buffer
  readonly wrap: Exclude<Wrap, 'none'>
  /** Forms only: the body's exact bytes, which the payload does not hold; header `em-body`. */
  readonly exactBody?: Buffer
}

/** A JSON array or scalar (scanned before): `{"body":…}` around its bytes. */
export function wrapJson(bytes: Buffer): Wrapped {
  return { payload: Buffer.concat([jsonPrefix, bytes, suffix]), wrap: 'json' }
}

/** UTF-8 text: `{"text":"…"}`; what is not UTF-8 is kept as base64. */
export function wrapText(bytes: Buffer): Wrapped {
  if (!isUtf8(bytes)) return wrapBase64(bytes)
  return { payload: Buffer.from(JSON.stringify({ text: bytes.toString('utf8') })), wrap: 'text' }
}

/** Any bytes: `{"base64":"…"}`. */
export function wrapBase64(bytes: Buffer): Wrapped {
  return { payload: Buffer.from(`{"base64":"${bytes.toString('base64')}"}`), wrap: 'base64' }
}

/**
 * Form fields (application/x-www-form-urlencoded, WHATWG URL section 5): an object of strings, of a repeated field the
 * last. More fields than an event may have members: kept as text, since the sender of a webhook cannot mend it.
 */
export function wrapForm(bytes: Buffer): Wrapped {
  // URLSearchParams would drop a leading '?'; behind '&' it is data.
  const fields = new Map(new URLSearchParams(`&${bytes.toString('utf8')}`))
  if (fields.size > eventLimits.membersMax) return wrapText(bytes)
  const members = Array.from(fields, ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  return { payload: Buffer.from(`{${members.join(',')}}`), wrap: 'form', exactBody: bytes }
}

/**
 * The body's bytes as they were sent, from the payload as `readEnvelope` gives it and, for a form, the header `em-body`.
 * Undefined if they cannot be had: the payload does not have the shape that `wrap` names, or a form lost its header.
 */
export function unwrap(payload: Buffer, wrap: Wrap, exactBody?: Buffer): Buffer | undefined {
  switch (wrap) {
    case 'none':
      return payload
    case 'form':
      return exactBody
    case 'json':
      return isJsonWrap(payload) ? payload.subarray(jsonPrefix.length, payload.length - suffix.length) : undefined
    case 'text':
      return encoded(memberText(payload, 'text'), 'utf8')
    case 'base64':
      return encoded(memberText(payload, 'base64'), 'base64')
  }
}

const jsonPrefix = Buffer.from('{"body":')
const suffix = Buffer.from('}')

function isJsonWrap(payload: Buffer): boolean {
  return payload.subarray(0, jsonPrefix.length).equals(jsonPrefix) && payload.at(-1) === 0x7d
}

function memberText(payload: Buffer, name: string): string | undefined {
  const document = scanDocument(payload, { depthMax: 1, membersMax: 1 })
  const member = document.ok ? document.members[0] : undefined
  if (member?.name !== name || member.kind !== 'string') return undefined
  return decodeString(payload, member.start, member.end)
}

function encoded(text: string | undefined, encoding: 'utf8' | 'base64'): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text, encoding)
}
