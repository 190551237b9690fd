export const eventTypeLengthMax = 255

const alphabet = /^[A-Za-z0-9._:/-]+$/

/** Whether `text` is an event type: 1–255 of `A-Z a-z 0-9 . _ : / -`. Answers `ok`, or what is wrong. */
export function checkEventType(text: string): 'ok' | (string & {}) {
  if (text.length === 0) return 'the event type is empty'
  if (text.length > eventTypeLengthMax) return `the event type has ${text.length} characters; at most 255 are allowed`
  if (!alphabet.test(text)) return 'the event type may hold letters, digits and . _ : / - only'
  return 'ok'
}

/** A webhook's own type in our alphabet: its sender cannot mend it, so `_` stands for every other character. */
export function toEventType(text: string): string {
  const type = alphabet.test(text) ? text : text.replace(/[^A-Za-z0-9._:/-]/gu, '_')
  return type.length > eventTypeLengthMax ? type.slice(0, eventTypeLengthMax) : type
}
