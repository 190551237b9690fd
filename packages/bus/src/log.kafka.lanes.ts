import type { BatchOutcome, Carrier, PartitionBatch } from './log.kafka.accumulate.ts'

/** One connection to a leader with an idempotent producer of its own, for one call at a time. */
export type Lane = {
  /** Connects and asks for what a call needs, or makes sure that it still stands: a call then costs one round trip. */
  open(): Promise<void>
  isOpen(): boolean
  /** Ends within the call deadline and never throws. One outcome per batch, in order. */
  call(batches: readonly PartitionBatch[]): Promise<readonly BatchOutcome[]>
  /** At once, whatever is in flight. */
  close(): void
}

export type Lanes = Carrier & {
  /** Opens all lanes to these leaders, one after another; otherwise a leader's first good call does. */
  open(leaders: ReadonlySet<number>): void
  /** Lets go of lanes to leaders that lead no more. */
  keepOnly(leaders: ReadonlySet<number>): void
  close(): void
}

/** Before the client asks by itself, in the middle of a call; brokers close what is idle for ten minutes. */
const lookAfterMs = 240_000
const lookEveryMs = 30_000

/**
 * A few lanes to each leader. One is enough while the leader is quick; the others stand open for when it turns slow, since
 * opening one costs several round trips. A call without a good answer closes its lane and no other.
 *
 *   shut ─open▶ opening ─▶ idle ─send▶ busy ─good answer▶ idle
 *    ▲             └────────send────────▲ │
 *    └──────────────unknown───────────────┘
 */
export function openLanes(makeLane: (leader: number) => Lane, lanesPerLeader: number, onReady: () => void): Lanes {
  const leaders = new Map<number, readonly Slot[]>()
  let isClosed = false
  const timer = setInterval(() => {
    for (const leader of leaders.keys()) void openNext(leader)
  }, lookEveryMs)
  timer.unref()

  function slotsOf(leader: number): readonly Slot[] {
    const known = leaders.get(leader)
    if (known !== undefined) return known
    const made = Array.from({ length: lanesPerLeader }, (): Slot => shutSlot(makeLane(leader)))
    leaders.set(leader, made)
    return made
  }

  /** One at a time, so that the others can be used. A failure ends the round: the next good call starts another. */
  async function openNext(leader: number): Promise<void> {
    const slots = slotsOf(leader)
    if (isClosed || slots.some(({ state }) => state === 'opening')) return
    const slot = slots.find(({ state }) => state === 'shut') ?? slots.find(needsLook)
    if (slot === undefined) return
    slot.state = 'opening'
    const { lane } = slot
    const isOpen = await lane.open().then(
      () => true,
      () => false,
    )
    if (leaders.get(leader) !== slots) return lane.close()
    // A call may have taken it meanwhile: then the call decides.
    const isOurs = slot.lane === lane && slot.state === 'opening'
    if (isOurs && !isOpen) renew(leader, slot)
    if (!isOpen) return
    if (isOurs) {
      slot.state = 'idle'
      slot.openedAt = performance.now()
      onReady()
    }
    void openNext(leader)
  }

  function renew(leader: number, slot: Slot): void {
    slot.lane.close()
    if (!isClosed) Object.assign(slot, shutSlot(makeLane(leader)))
  }

  return {
    isReady: (leader) => slotsOf(leader).some(isReady),
    async send(leader, batches) {
      const slots = slotsOf(leader)
      const slot = slots.find(isReady) ?? slots.find(({ state }) => state !== 'busy')
      if (slot === undefined) throw new Error('more calls to one leader than lanes')
      slot.state = 'busy'
      const outcomes = await slot.lane.call(batches)
      if (outcomes.some((outcome) => 'unknown' in outcome)) {
        renew(leader, slot)
      } else {
        slot.state = 'idle'
        slot.openedAt ??= performance.now()
        void openNext(leader)
      }
      return outcomes
    },
    open(wanted) {
      for (const leader of wanted) void openNext(leader)
    },
    keepOnly(wanted) {
      for (const [leader, slots] of leaders) {
        if (wanted.has(leader) || slots.some(({ state }) => state === 'busy')) continue
        for (const { lane } of slots) lane.close()
        leaders.delete(leader)
      }
    },
    close() {
      isClosed = true
      clearInterval(timer)
      for (const slots of leaders.values()) for (const { lane } of slots) lane.close()
    },
  }
}

type Slot = {
  lane: Lane
  state: 'shut' | 'opening' | 'idle' | 'busy'
  /** Of the newest `open`, or of a first call that did the same. */
  openedAt: number | undefined
}

function shutSlot(lane: Lane): Slot {
  return { lane, state: 'shut', openedAt: undefined }
}

function isReady({ state, lane }: Slot): boolean {
  return state === 'idle' && lane.isOpen()
}

function needsLook({ state, lane, openedAt = 0 }: Slot): boolean {
  return state === 'idle' && (!lane.isOpen() || performance.now() - openedAt > lookAfterMs)
}
