import { UsageError } from './usage.ts'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Longest duration that is taken: ten years. */
const durationMsMax = 3_650 * unitMs.d

/** Reads `30s`, `15m`, `24h`, `90d` as milliseconds; `0s` is zero. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,10})([smhd])$/.exec(text)
  if (!match) throw new UsageError(`'${text}' is not a duration; write 30s, 15m, 24h or 90d`)
  const ms = Number(match[1]) * unitMs[match[2] as keyof typeof unitMs]
  if (ms > durationMsMax) throw new UsageError(`'${text}' is longer than ten years (3650d)`)
  return ms
}
