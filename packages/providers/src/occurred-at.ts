import { formatTime, parseOccurredAt } from '@eventmesh/envelope'

/**
 * A provider's time as the envelope writes it: seconds, milliseconds (numbers above 10^11) or ISO, without zone UTC;
 * finer digits are cut. Undefined of anything else.
 */
export function readProviderTime(text: string): string | undefined {
  const number = /^(\d{1,16})(?:\.(\d+))?$/.exec(text)
  if (number !== null) {
    const whole = Number(number[1])
    return fromMs(whole > 1e11 ? whole : whole * 1000 + Number((number[2] ?? '').slice(0, 3).padEnd(3, '0')))
  }
  if (/^\d(?:\.\d+)?[eE]\+?\d{1,2}$/.test(text)) {
    const value = Number(text)
    return fromMs(Math.floor(value > 1e11 ? value : value * 1000))
  }
  const iso = text
    .trim()
    .replace(/^(\d{4}-\d\d-\d\d) (?=\d\d:)/, '$1T')
    .replace(/ (?=[+-]\d\d:?\d\d$)/, '')
    .replace(/ ?(?:UTC|GMT)$/, 'Z')
    .replace(/([+-]\d\d)(\d\d)$/, (match, hours: string, minutes: string, at: number) =>
      at > 10 ? `${hours}:${minutes}` : match,
    )
  return parseOccurredAt(iso) ?? parseOccurredAt(`${iso}Z`)
}

function fromMs(ms: number): string | undefined {
  return ms < 253_402_300_800_000 ? formatTime(ms) : undefined
}
