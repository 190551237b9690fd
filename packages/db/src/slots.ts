import { DatabaseError } from './database-error.ts'

/** As many holders at once as there are connections; the others wait in order, each no longer than its deadline. */
export type Slots = {
  /** Resolves with the function that gives the slot back. Throws `DatabaseError` of kind `busy` after `timeoutMs`. */
  acquire(timeoutMs: number): Promise<() => void>
}

export function createSlots(max: number): Slots {
  const waiting = new Set<() => void>()
  let free = max

  const give = () => {
    const [next] = waiting
    if (next === undefined) {
      free += 1
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    async acquire(timeoutMs) {
      if (free > 0) {
        free -= 1
        return give
      }
      return await new Promise((resolve, reject) => {
        const take = () => {
          clearTimeout(timer)
          resolve(give)
        }
        const timer = setTimeout(() => {
          waiting.delete(take)
          reject(new DatabaseError('busy', `no database connection was free within ${timeoutMs} ms`))
        }, timeoutMs)
        waiting.add(take)
      })
    },
  }
}
