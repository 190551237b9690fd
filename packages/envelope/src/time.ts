const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/**
 * An RFC 3339 time with zone as UTC with three digits of milliseconds (cut, not rounded): `2026-11-23T14:32:58.024Z`.
 * A leap second (23:59:60 UTC) becomes the last millisecond before it. Undefined of anything else, of a day that the
 * calendar lacks, and of years outside 1–9999 (in UTC), which Postgres and JSON consumers do not share.
 */
export function parseOccurredAt(text: string): string | undefined {
  const match = rfc3339.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const offsetHours = Number(match[9] ?? 0)
  const offsetMinutes = Number(match[10] ?? 0)
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return undefined

  const offset = (match[8] === '-' ? -1 : 1) * (offsetHours * 60 + offsetMinutes)
  const isLeap = second === 60
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(
    hour,
    minute - offset,
    isLeap ? 59 : second,
    isLeap ? 999 : Number((match[7] ?? '').slice(0, 3).padEnd(3, '0')),
  )
  if (isLeap && (date.getUTCHours() !== 23 || date.getUTCMinutes() !== 59)) return undefined
  if (date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return undefined
  return date.toISOString()
}

let formattedMs = Number.NaN
let formatted = ''

/** Milliseconds since 1970 as the envelope writes a time: UTC, three digits of milliseconds. */
export function formatTime(ms: number): string {
  // Under load many events share a millisecond.
  if (ms !== formattedMs) {
    formatted = new Date(ms).toISOString()
    formattedMs = ms
  }
  return formatted
}

/** Whether `text` is a time exactly as the envelope writes it. */
export function isEnvelopeTime(text: string): boolean {
  return text.length === 24 && parseOccurredAt(text) === text
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}
