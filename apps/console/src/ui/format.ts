/** How times, numbers and sizes are written; one place, no locale of the machine. */

export type Hours = 12 | 24
export type Zone = {
  readonly mode: 'utc' | 'local' | 'relative'
  /** IANA name. */
  readonly timeZone: string
  readonly hours: Hours
}
export const utc: Zone = { mode: 'utc', timeZone: 'UTC', hours: 24 }

const locale = 'en-US'
const formats = new Map<string, Intl.DateTimeFormat>()

function parts(at: Date, timeZone: string): Readonly<Record<string, string>> {
  let format = formats.get(timeZone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      timeZone,
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
      timeZoneName: 'short',
    })
    formats.set(timeZone, format)
  }
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** What clocks and calendars of the zone show, as numbers. */
export function partsIn(at: Date, timeZone: string) {
  const { year, month = '', day: number, hour, minute } = parts(at, timeZone)
  return {
    year: Number(year),
    monthNumber: months.indexOf(month) + 1,
    day: Number(number),
    hour: Number(hour),
    minute: Number(minute),
  }
}

/** `14:32:58.024`, or `2:32:58.024 PM` */
export function clock(at: Date, timeZone: string, hours: Hours = 24): string {
  const { minute, second, fractionalSecond } = parts(at, timeZone)
  const [hour, half] = hourIn(at, timeZone, hours)
  return `${hour}:${minute}:${second}.${fractionalSecond}${half}`
}

/** `14:32`, or `2:32 PM` */
export function shortClock(at: Date, timeZone: string, hours: Hours = 24): string {
  const [hour, half] = hourIn(at, timeZone, hours)
  return `${hour}:${parts(at, timeZone).minute}${half}`
}

function hourIn(at: Date, timeZone: string, hours: Hours): readonly [hour: string, half: string] {
  const { hour = '' } = parts(at, timeZone)
  return hours === 24 ? [hour, ''] : [String(Number(hour) % 12 || 12), Number(hour) < 12 ? ' AM' : ' PM']
}

/** `Nov 23` */
export function day(at: Date, timeZone: string): string {
  const { month, day: number } = parts(at, timeZone)
  return `${month} ${number}`
}

/** `Nov 23, 2026` */
export function dayWithYear(at: Date, timeZone: string): string {
  return `${day(at, timeZone)}, ${parts(at, timeZone).year}`
}

/** `Nov 23, 14:32:58.024 UTC` */
export function moment(at: Date, timeZone: string, hours: Hours = 24): string {
  return `${day(at, timeZone)}, ${clock(at, timeZone, hours)} ${parts(at, timeZone).timeZoneName}`
}

const steps = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** `2 min ago`, `in 29 d`, `just now` */
export function relative(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime()
  const text = span(Math.abs(ms))
  if (text === undefined) return ms < 0 ? 'just now' : 'now'
  return ms < 0 ? `${text} ago` : `in ${text}`
}

/** `23 h`, `4 min`; undefined below a second. */
export function span(ms: number): string | undefined {
  const step = steps.find(([, size]) => ms >= size)
  return step && `${Math.floor(ms / step[1])} ${step[0]}`
}

const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })

/** `12,480` */
export function count(n: number): string {
  return numbers.format(n)
}

/** `1.2 kB`, `124 kB`; 1 kB = 1,000 B */
export function bytes(n: number): string {
  if (n < 1_000) return `${n} B`
  const [size, unit] = n < 1_000_000 ? [n / 1_000, 'kB'] : [n / 1_000_000, 'MB']
  return `${numbers.format(size < 100 ? size : Math.floor(size))} ${unit}`
}

/** `18 ms`, `1.4 s`, `0.4 ms` */
export function duration(ms: number): string {
  const shown = Math.max(0, ms)
  if (shown < 10) return `${numbers.format(shown)} ms`
  return Math.round(shown) < 1_000 ? `${Math.round(shown)} ms` : `${numbers.format(shown / 1_000)} s`
}

/** `1.9 %` of 0.019; `–` of nothing. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)} %`
}

/** `7c1e9b52…` */
export function shortId(id: string): string {
  return `${id.slice(0, 8)}…`
}

export const zoneCookie = 'em_zone'

/** `local:Europe/Berlin:12` as the cookie keeps it; anything else is UTC with 24 hours. */
export function readZone(text: string | undefined): Zone {
  const [mode, timeZone = 'UTC', last] = (text ?? '').split(':')
  const hours = last === '12' ? 12 : 24
  if (mode !== 'local' && mode !== 'relative') return { ...utc, hours }
  return isTimeZone(timeZone) ? { mode, timeZone, hours } : { ...utc, hours }
}

export function writeZone(zone: Zone): string {
  return `${zone.mode}:${zone.timeZone}:${zone.hours}`
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat(locale, { timeZone: name })
    return true
  } catch {
    // Intl's way to say that it does not know the zone.
    return false
  }
}
