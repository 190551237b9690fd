import { decode, type Encoding } from '../encoding.ts'

/** Why a text cannot be so many bytes in that encoding, or undefined. Names the encoding it has instead; never repeats it. */
export function digestFault(text: string, length: number, encoding: Encoding, before = ''): string | undefined {
  if (decode(text, encoding)?.length === length) return undefined
  const other = (['hex', 'base64', 'base64url'] as const).find(
    (form) => form !== encoding && decode(text, form)?.length === length,
  )
  return `expected ${digestForm(length, encoding, before)}; got ${other ?? `${text.length} characters`}`
}

/** What a header ought to hold, for a reader. */
export function digestForm(length: number, encoding: Encoding, before = ''): string {
  const amount = encoding === 'hex' ? `${length * 2} hex characters` : `${length} bytes in ${encoding}`
  return before === '' ? amount : `${before} followed by ${amount}`
}
