import type { Subscription } from '@eventmesh/bus'
import { describe, expect, it } from 'vitest'
import { createAnnouncer } from './announce.ts'
import { readRoles } from './config.ts'
import { watch } from './watchdog.ts'

type Fake = Subscription & { isStopped: boolean }

function subscription(lag: () => number): Fake {
  return {
    isStopped: false,
    lag: async () => ({ events: lag() }),
    async stop() {
      this.isStopped = true
    },
  }
}

async function reached(isTrue: () => boolean): Promise<void> {
  const until = performance.now() + 5_000
  while (!isTrue()) {
    if (performance.now() > until) throw new Error('not reached in 5 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

describe('watchdog', () => {
  it('makes a new subscription when there is lag and no progress', async () => {
    const made: Fake[] = []
    const restarts: number[] = []
    const watchdog = await watch({
      patienceMs: 50,
      checkMs: 5,
      async subscribe() {
        const isFirst = made.length === 0
        made.push(subscription(() => (isFirst ? 7 : 0)))
        return made.at(-1)!
      },
      progress: () => 3,
      onRestart: (_, lag) => restarts.push(lag),
      onHung: () => restarts.push(-1),
    })
    await reached(() => made.length === 2)
    expect(made.map((each) => each.isStopped)).toEqual([true, false])
    expect(restarts).toEqual([7])
    expect(await watchdog.lag()).toEqual({ events: 0 })
    await watchdog.stop()
    expect(made.map((each) => each.isStopped)).toEqual([true, true])
  })

  it('leaves a subscription alone that makes progress or has nothing to do', async () => {
    let checks = 0
    let made = 0
    const watchdog = await watch({
      patienceMs: 20,
      checkMs: 2,
      async subscribe() {
        made += 1
        return subscription(() => (checks < 30 ? 9 : 0))
      },
      progress: () => {
        checks += 1
        return checks
      },
      onRestart() {},
      onHung() {},
    })
    await reached(() => checks > 60)
    expect(made).toBe(1)
    await watchdog.stop()
  })

  it('says that a subscription hangs which does not stop', async () => {
    let hung = 0
    const stops: (() => void)[] = []
    const watchdog = await watch({
      patienceMs: 20,
      checkMs: 2,
      subscribe: async () => ({
        lag: async () => ({ events: stops.length === 0 ? 1 : 0 }),
        stop: () => new Promise<void>((resolve) => stops.push(resolve)),
      }),
      progress: () => 0,
      onRestart() {},
      onHung: () => {
        hung += 1
      },
    })
    await reached(() => hung === 1)
    stops[0]?.()
    const stopped = watchdog.stop()
    await reached(() => stops.length === 2)
    stops[1]?.()
    await stopped
  })
})

describe('announcer', () => {
  it('gathers announcements and drops none', async () => {
    const times: number[] = []
    const announcer = createAnnouncer(async () => void times.push(performance.now()), 30)
    for (let n = 0; n < 100; n++) announcer.announce()
    await reached(() => times.length === 2)
    announcer.announce()
    await reached(() => times.length === 3)
    expect(times[1]! - times[0]!).toBeGreaterThan(25)
    await announcer.close()
  })
})

describe('roles', () => {
  it('reads every role without a flag, and the chosen ones with it', () => {
    expect(readRoles([])).toEqual(['indexer'])
    expect(readRoles(['--role', 'indexer'])).toEqual(['indexer'])
    expect(readRoles(['--role=indexer'])).toEqual(['indexer'])
    expect(readRoles(['--role'])).toContain('must be one of')
    expect(readRoles(['--role', 'worker'])).toContain('must be one of')
    expect(readRoles(['--verbose'])).toContain('unknown argument')
  })
})
