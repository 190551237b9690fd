import { randomFillSync } from 'node:crypto'

const pool = Buffer.allocUnsafe(4096)
let taken = pool.length

/** `bytes` (at most 4,096) unpredictable bytes as lower-case hex, from a pool that is refilled by one system call. */
export function randomHex(bytes: number): string {
  if (taken + bytes > pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  taken += bytes
  return pool.toString('hex', taken - bytes, taken)
}
