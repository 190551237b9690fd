import { afterEach, describe, expect, test, vi } from 'vitest'
import type { BatchOutcome } from './log.kafka.accumulate.ts'
import { openLanes } from './log.kafka.lanes.ts'

const leader = 1

/** Lanes whose opening and calls end when the test says so; the newest last. */
function makeLanes(count = 3) {
  const made: FakeLane[] = []
  let readies = 0
  const lanes = openLanes(
    () => {
      const lane = new FakeLane()
      made.push(lane)
      return lane
    },
    count,
    () => {
      readies += 1
    },
  )
  return { lanes, made, readies: () => readies }
}

class FakeLane {
  isConnected = false
  isClosed = false
  opening: { resolve(): void; reject(): void } | undefined
  answer: ((outcomes: readonly BatchOutcome[]) => void) | undefined

  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.opening = {
        resolve: () => {
          this.isConnected = true
          this.opening = undefined
          resolve()
        },
        reject: () => {
          this.opening = undefined
          reject(new Error('refused'))
        },
      }
    })
  }

  isOpen(): boolean {
    return this.isConnected
  }

  call(): Promise<readonly BatchOutcome[]> {
    return new Promise((resolve) => {
      this.answer = (outcomes) => {
        this.isConnected = true
        resolve(outcomes)
      }
    })
  }

  close(): void {
    this.isClosed = true
    this.isConnected = false
  }
}

afterEach(() => {
  vi.useRealTimers()
})

const turn = () => new Promise((resolve) => setImmediate(resolve))
const good: readonly BatchOutcome[] = [{ baseOffset: 1 }]
const lost: readonly BatchOutcome[] = [{ unknown: 'cut' }]

describe('lanes to a leader', () => {
  test('open one after another, and say so', async () => {
    const { lanes, made, readies } = makeLanes()
    expect(lanes.isReady(leader)).toBe(false)
    lanes.open(new Set([leader]))
    for (const n of [0, 1, 2]) {
      expect(made.map(({ opening }) => opening !== undefined)).toEqual([0, 1, 2].map((at) => at === n))
      made[n]!.opening?.resolve()
      await turn()
      expect(readies()).toBe(n + 1)
    }
    expect(lanes.isReady(leader)).toBe(true)
    lanes.close()
    expect(made.map(({ isClosed }) => isClosed)).toEqual([true, true, true])
  })

  test('a call takes one that is open, and none while it is in flight', async () => {
    const { lanes, made } = makeLanes(1)
    lanes.open(new Set([leader]))
    made[0]!.opening?.resolve()
    await turn()
    const call = lanes.send(leader, [])
    expect(lanes.isReady(leader)).toBe(false)
    made[0]!.answer?.(good)
    expect(await call).toEqual(good)
    expect(lanes.isReady(leader)).toBe(true)
    lanes.close()
  })

  test('the first call does not wait until a lane is open, and its good answer opens the others', async () => {
    const { lanes, made } = makeLanes(2)
    const call = lanes.send(leader, [])
    expect(made.map(({ opening }) => opening)).toEqual([undefined, undefined])
    made[0]!.answer?.(good)
    await call
    expect(made[1]!.opening).toBeDefined()
    made[1]!.opening?.resolve()
    await turn()
    expect(lanes.isReady(leader)).toBe(true)
    lanes.close()
  })

  test('a call without a good answer closes its lane alone, and another stands in its place', async () => {
    const { lanes, made } = makeLanes(2)
    lanes.open(new Set([leader]))
    for (const lane of [...made]) {
      lane.opening?.resolve()
      await turn()
    }
    const first = lanes.send(leader, [])
    const second = lanes.send(leader, [])
    made[0]!.answer?.(lost)
    await first
    expect(made.map(({ isClosed }) => isClosed)).toEqual([true, false, false])
    expect(lanes.isReady(leader)).toBe(false)
    made[1]!.answer?.(good)
    expect(await second).toEqual(good)
    expect(made[2]!.opening).toBeDefined()
    lanes.close()
  })

  test('one that cannot be opened is left until a call succeeds: a dead broker is not asked again and again', async () => {
    const { lanes, made } = makeLanes(2)
    lanes.open(new Set([leader]))
    made[0]!.opening?.reject()
    await turn()
    expect(made[0]!.isClosed).toBe(true)
    expect(made.every(({ opening }) => opening === undefined)).toBe(true)
    const call = lanes.send(leader, [])
    made.find(({ answer }) => answer !== undefined)!.answer!(good)
    await call
    expect(made.filter(({ opening }) => opening !== undefined).length).toBe(1)
    lanes.close()
  })

  test('one that lost its connection is no more ready, and is opened again after the next good call', async () => {
    const { lanes, made } = makeLanes(2)
    lanes.open(new Set([leader]))
    for (const lane of [...made]) {
      lane.opening?.resolve()
      await turn()
    }
    made[1]!.isConnected = false
    const call = lanes.send(leader, [])
    expect(lanes.isReady(leader)).toBe(false)
    made[0]!.answer?.(good)
    await call
    expect(made[1]!.opening).toBeDefined()
    lanes.close()
  })

  test('each is looked at every four minutes, in use or not, one at a time while the others are ready', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
    const { lanes, made } = makeLanes(2)
    lanes.open(new Set([leader]))
    for (const lane of [...made]) {
      lane.opening?.resolve()
      await turn()
    }
    for (let n = 0; n < 119; n += 1) {
      await vi.advanceTimersByTimeAsync(2_000)
      const call = lanes.send(leader, [])
      made[0]!.answer?.(good)
      await call
    }
    expect(made.map(({ opening }) => opening)).toEqual([undefined, undefined])
    await vi.advanceTimersByTimeAsync(3_000)
    const call = lanes.send(leader, [])
    made[0]!.answer?.(good)
    await call
    for (const n of [0, 1]) {
      expect(made.map(({ opening }) => opening !== undefined)).toEqual([n === 0, n === 1])
      expect(lanes.isReady(leader)).toBe(true)
      made[n]!.opening?.resolve()
      await turn()
    }
    expect(made.map(({ opening }) => opening)).toEqual([undefined, undefined])
    lanes.close()
  })

  test('those to a leader that leads no more are let go, unless a call is in flight', async () => {
    const { lanes, made } = makeLanes(1)
    const call = lanes.send(leader, [])
    lanes.keepOnly(new Set([2]))
    expect(made[0]!.isClosed).toBe(false)
    made[0]!.answer?.(good)
    expect(await call).toEqual(good)
    lanes.keepOnly(new Set([2]))
    expect(made[0]!.isClosed).toBe(true)
    lanes.close()
  })
})
