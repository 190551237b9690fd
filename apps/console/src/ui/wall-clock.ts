import { partsIn } from './format.ts'

/** `2026-11-25T14:32:58.024+01:00`; UTC ends in `Z`. */
export function zonedText(at: Date, timeZone: string): string {
  if (timeZone === 'UTC') return at.toISOString()
  const offset = offsetMinutes(at, timeZone)
  const local = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1)
  const two = (n: number) => String(n).padStart(2, '0')
  const size = Math.abs(offset)
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** `2026-11-25 14:30` or with seconds, as clocks of this zone show it; undefined where it is no time. */
export function fromWallClock(text: string, timeZone: string): Date | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?$/.exec(text.trim())
  if (match === null) return undefined
  const asUtc = new Date(`${match[1]}T${match[2]}${match[3] ?? ':00'}Z`)
  if (Number.isNaN(asUtc.getTime())) return undefined
  // The offset of the place that it leads to; twice, for a time just behind a change of the clocks.
  const near = new Date(asUtc.getTime() - offsetMinutes(asUtc, timeZone) * 60_000)
  return new Date(asUtc.getTime() - offsetMinutes(near, timeZone) * 60_000)
}

/** The inverse, with seconds where there are any. */
export function toWallClock(at: Date, timeZone: string): string {
  const text = zonedText(at, timeZone).slice(0, 19).replace('T', ' ')
  return text.endsWith(':00') ? text.slice(0, -3) : text
}

function offsetMinutes(at: Date, timeZone: string): number {
  const { year, monthNumber, day, hour, minute } = partsIn(at, timeZone)
  const local = Date.UTC(year, monthNumber - 1, day, hour, minute)
  return Math.round((local - Math.floor(at.getTime() / 60_000) * 60_000) / 60_000)
}
