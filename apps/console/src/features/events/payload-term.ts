import type { JsonToken } from '../../ui/json-text.ts'

const textMax = 200

/** The search that finds payloads with the same value in the same place; undefined where none can say it. */
export function payloadTerm({ kind, text, path }: JsonToken & { readonly path: string }): string | undefined {
  if (kind !== 'string')
    return /^(?:true|false|null|-?\d{1,40}(?:\.\d{1,40})?)$/.test(text) ? `payload.${path}:${text}` : undefined
  const value = decode(text)
  if (value === undefined || value === '' || value.length > textMax || /\p{Cc}/u.test(value)) return undefined
  return `payload.${path}:"${value.replace(/["\\]/g, '\\$&')}"`
}

function decode(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : undefined
  } catch {
    // No JSON text after all: it is shown, and finds nothing.
    return undefined
  }
}
