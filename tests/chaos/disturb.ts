import { setTimeout as pause } from 'node:timers/promises'
import type { MeshProcess, ProcessName } from '../stack/process.ts'
import type { Stack } from '../stack/stack.ts'
import type { Random } from './random.ts'

export type Member = { readonly name: string; readonly kind: ProcessName; readonly port: number; current: MeshProcess }

export type Fault = {
  readonly name: string
  readonly beganMs: number
  readonly endedMs: number
}

type Step = {
  readonly name: string
  readonly isKill: boolean
  begin(): Promise<void>
  /** After a while. */
  end(): Promise<void>
}

export type Disturbance = {
  readonly faults: readonly Fault[]
  /** Pids that were ended without a word. */
  readonly killed: ReadonlySet<number>
  /** How often each part was killed. */
  kills(): Readonly<Record<string, number>>
}

/** One fault after the other, some of them two at once, in the order that the seed gives; everything is well again at the end. */
export async function disturb({
  stack,
  members,
  random,
  now,
  isCalm,
  say,
}: {
  readonly stack: Stack
  readonly members: readonly Member[]
  readonly random: Random
  readonly now: () => number
  /** Without kills and without cutting connections of senders. */
  readonly isCalm: boolean
  readonly say: (line: string) => void
}): Promise<Disturbance> {
  const faults: Fault[] = []
  const killed = new Set<number>()
  const kills: Record<string, number> = {}
  const steps = plan(stack, members, random, isCalm, killed)

  for (let at = 0; at < steps.length; ) {
    // A second fault while the first one lasts, now and then.
    const together = steps.slice(at, at + (random.chance(0.25) ? 2 : 1))
    at += together.length
    await pause(random.integer(1_000, 4_000))
    const begun = await Promise.all(together.map(begin))
    await pause(random.integer(1_000, 4_000))
    // Together too: a process that was killed gets ready only when the part that it needs is back.
    await Promise.all(
      begun.map(async ({ step, beganMs }) => {
        await step.end()
        faults.push({ name: step.name, beganMs, endedMs: now() })
        say(`${step.name}: ${Math.round(beganMs / 1_000)} s to ${Math.round(now() / 1_000)} s`)
      }),
    )
  }
  return { faults, killed, kills: () => kills }

  async function begin(step: Step): Promise<{ step: Step; beganMs: number }> {
    const beganMs = now()
    if (step.isKill) kills[step.name] = (kills[step.name] ?? 0) + 1
    await step.begin()
    return { step, beganMs }
  }
}

function plan(
  stack: Stack,
  members: readonly Member[],
  random: Random,
  isCalm: boolean,
  killed: Set<number>,
): readonly Step[] {
  const { log, claims, postgres, kafka } = stack
  const member = (each: Member): Step => ({
    name: `kill ${each.name}`,
    isKill: true,
    async begin() {
      killed.add(each.current.pid)
      await each.current.kill()
    },
    async end() {
      each.current = await stack.start(each.kind, {}, each.port)
    },
  })
  const lasting = (name: string, begin: () => unknown, end: () => unknown = () => undefined, isKill = false): Step => ({
    name,
    isKill,
    begin: async () => void (await begin()),
    end: async () => void (await end()),
  })
  const logKill = lasting('kill log', log.kill, log.start, true)
  const claimsKill = lasting('kill claims', claims.kill, claims.start, kafka !== undefined)
  const gentle = [
    lasting('freeze claims', claims.freeze, claims.thaw),
    lasting('freeze log', log.freeze, log.thaw),
    lasting(
      'log 300 ms late',
      () => {
        log.proxy.faults.latencyMs = 300
      },
      () => {
        log.proxy.faults.latencyMs = 0
      },
    ),
    // At its end, when a freeze that came with it is over as well.
    lasting('forget claims', () => undefined, claims.forget),
  ]
  if (isCalm) return random.shuffle([...gentle, ...gentle])
  const cuts = [
    lasting('cut the log’s connections', () => log.proxy.cut()),
    // Not awaited: the next append springs it.
    lasting('lose an answer of the log', () => void log.cutAnswer(0)),
    lasting('cut inside an answer of the log', () => void log.cutAnswer(7)),
  ]
  const twice = [
    ...members.map(member),
    logKill,
    claimsKill,
    ...(kafka === undefined ? [] : [lasting('kill postgres', postgres.kill, postgres.start, true)]),
  ]
  return random.shuffle([...twice, ...twice, ...gentle, ...cuts, ...cuts])
}
