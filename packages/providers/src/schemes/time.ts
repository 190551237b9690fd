import type { Bounds, ProofInput, Refusal, SignedTime } from './scheme.ts'

export type TimeUnit = 's' | 'ms' | 'iso' | 'auto'

/** A signed timestamp; undefined when it is not of the unit. A number above 10^11 is milliseconds where `auto`. */
export function readSignedTime(text: string, unit: TimeUnit): SignedTime | undefined {
  if (unit === 'iso' || (unit === 'auto' && !/^\d+$/.test(text))) {
    const ms = Date.parse(zoned(text))
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && !Number.isNaN(ms) ? { text, ms } : undefined
  }
  if (!/^\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  const isMs = unit === 'ms' || (unit === 'auto' && value > 1e11)
  return { text, ms: isMs ? value : value * 1000 }
}

/** An ISO time without zone is UTC. */
function zoned(text: string): string {
  return /(?:[Zz]|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`
}

/** Undefined when the signed time is within the bounds; the source's own tolerance counts both ways. */
export function outsideBounds(
  input: ProofInput,
  signedAt: SignedTime,
  bounds: Bounds | undefined,
): Refusal | undefined {
  const pastS = input.toleranceS ?? bounds?.pastS
  const futureS = input.toleranceS ?? bounds?.futureS
  // Whole seconds compare with whole seconds, as in the providers' own libraries.
  const now = signedAt.ms % 1000 === 0 ? Math.floor(input.nowMs / 1000) * 1000 : input.nowMs
  const ageS = (now - signedAt.ms) / 1000
  if (pastS !== undefined && ageS > pastS) return skew(ageS, pastS)
  if (futureS !== undefined && -ageS > futureS) return skew(ageS, futureS)
  return undefined
}

function skew(ageS: number, allowedS: number): Refusal {
  const side = ageS > 0 ? 'behind' : 'ahead'
  const detail = `the signed timestamp is ${Math.round(Math.abs(ageS))} s ${side} our clock; allowed are ${allowedS} s`
  return { ok: false, why: 'skew', detail, skewS: ageS, allowedS }
}
