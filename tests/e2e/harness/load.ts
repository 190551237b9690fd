import type { Attempt } from './history.ts'
import { sendUntilKept, type Target } from './send.ts'

export type Load = {
  readonly history: readonly Attempt[]
  /** How many events were acknowledged so far. */
  acknowledged(): number
  /** Sends no new event, and resolves when every one that was begun is acknowledged. */
  finish(): Promise<void>
}

/** Senders that each send one event after the other, every one until it is acknowledged. */
export function startLoad(target: Target, name: string, senders = 4): Load {
  const history: Attempt[] = []
  let isEnding = false
  let acknowledged = 0
  const running = Promise.all(
    Array.from({ length: senders }, async (_, sender) => {
      for (let number = 0; !isEnding; number += 1) {
        const payload = `{ "sender": ${sender}, "number": ${number}, "exact": 9007199254740993.10 }`
        await sendUntilKept(target, `${name}-${sender}-${number}`, payload, history)
        acknowledged += 1
      }
    }),
  )
  running.catch(() => undefined)
  return {
    history,
    acknowledged: () => acknowledged,
    finish: async () => {
      isEnding = true
      await running
    },
  }
}
