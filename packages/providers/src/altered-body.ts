import { eventLimits, scanDocument } from '@eventmesh/envelope'

/** What the body may have been before something on the way rewrote it. */
export type BodyCandidate = { readonly body: Buffer; readonly how: string }

const bytesMax = 1024 * 1024

const reserialised = 'A proxy re-serialised the JSON.'
const trimmed = 'Blanks at the end of the body were cut or added on the way.'
const lines = 'Line ends of the body were changed on the way.'
const decoded = 'The body was decoded and encoded again on the way.'

/** Candidates in order of how often it happens; none for large bodies. */
export function alteredBodies(body: Buffer): readonly BodyCandidate[] {
  if (body.length === 0 || body.length > bytesMax) return []
  const text = body.toString('utf8')
  const candidates = [
    ...jsonForms(body, text).map((form) => ({ body: Buffer.from(form), how: reserialised })),
    ...[text.trim(), `${text}\n`, `${text}\r\n`].map((form) => ({ body: Buffer.from(form), how: trimmed })),
    ...[text.replaceAll('\r\n', '\n'), text.replace(/\r?\n/g, '\r\n')].map((form) => ({
      body: Buffer.from(form),
      how: lines,
    })),
    ...[Buffer.from(body.toString('latin1')), Buffer.from(text, 'latin1')].map((form) => ({
      body: form,
      how: decoded,
    })),
    ...percentDecoded(text).map((form) => ({ body: Buffer.from(form), how: decoded })),
  ]
  return candidates.filter((candidate) => !candidate.body.equals(body))
}

/** As common libraries write it: compact, indented, Python's blanks, escapes of PHP and of ASCII-only writers. */
function jsonForms(body: Buffer, text: string): readonly string[] {
  if (!scanDocument(body, eventLimits).ok) return []
  const value: unknown = JSON.parse(text)
  const compact = JSON.stringify(value)
  const python = JSON.stringify(value, null, 1)
    .replace(/\n */g, ' ')
    .replace(/([{[]) /g, '$1')
    .replace(/ ([}\]])/g, '$1')
  // SendGrid ends its bodies with CRLF, and signs that too.
  const forms = [
    compact,
    JSON.stringify(value, null, 2),
    JSON.stringify(value, null, 4),
    python,
    `${compact}\n`,
    `${compact}\r\n`,
  ]
  return forms.flatMap((form) => [
    form,
    form.replaceAll('/', '\\/'),
    asciiOnly(form),
    asciiOnly(form).replaceAll('/', '\\/'),
  ])
}

function asciiOnly(text: string): string {
  return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function percentDecoded(text: string): readonly string[] {
  try {
    return text.includes('%') ? [decodeURIComponent(text)] : []
  } catch {
    // A lone percent sign: nothing was decoded here.
    return []
  }
}
