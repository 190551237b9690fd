/** Numbers that depend on a seed alone, so that a run can be repeated. */
export type Random = {
  /** From 0 to below 1. */
  next(): number
  /** Both ends included. */
  integer(least: number, most: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  chance(probability: number): boolean
  shuffle<T>(list: readonly T[]): readonly T[]
  /** Its own row of numbers: what one part draws changes nothing for another. */
  fork(name: string): Random
}

/** splitmix32 (Steele, Lea, Flood 2014). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0

  function next(): number {
    state = (state + 0x9e3779b9) >>> 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }

  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    integer,
    pick: (list) => list[integer(0, list.length - 1)] ?? list[0],
    chance: (probability) => next() < probability,
    shuffle(list) {
      const shuffled = [...list]
      for (let at = shuffled.length - 1; at > 0; at -= 1) {
        const other = integer(0, at)
        ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
      }
      return shuffled
    },
    fork(name) {
      let mixed = seed >>> 0
      for (const letter of name) mixed = Math.imul(mixed ^ letter.charCodeAt(0), 0x01000193) >>> 0
      return createRandom(mixed)
    },
  }
}
