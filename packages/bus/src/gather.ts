/**
 * Collects what is asked during one turn of the event loop into as few calls as possible, and answers each asker.
 * Two askers of the same thing (`sameAs`) share one place in a call; two that may not stand in one call (`apartBy` equal,
 * `sameAs` not) go into different ones.
 */
export type Gather<Request, Answer> = {
  /** In the given order. Rejects with `late()` when its deadline is over; what was not sent by then is never sent. */
  ask(requests: readonly Request[]): Promise<readonly Answer[]>
  /** Resolves when nothing waits and no call is running. */
  drain(): Promise<void>
}

export type GatherOptions<Request, Answer> = {
  /** `names`: what `apartBy` said of each. */
  readonly call: (requests: readonly Request[], names: readonly string[]) => Promise<readonly Answer[]>
  readonly apartBy: (request: Request) => string
  readonly sameAs: (leader: Request, follower: Request) => boolean
  /** The follower's answer, given its leader's. */
  readonly follow: (answer: Answer, leader: Request, follower: Request) => Answer
  readonly callRequestsMax: number
  readonly callsMax: number
  readonly deadlineMs: number
  readonly late: () => Error
}

type Waiting<Request, Answer> = {
  readonly request: Request
  readonly apart: string
  readonly asked: Asked<Answer>
  /** Its place in what was asked. */
  readonly index: number
  followers: Waiting<Request, Answer>[] | undefined
}

/** One `ask`, over once all of it is answered, one call failed, or its time is up. */
type Asked<Answer> = {
  readonly answers: Answer[]
  readonly resolve: (answers: readonly Answer[]) => void
  readonly reject: (error: unknown) => void
  readonly turn: Turn<Answer>
  open: number
  isOver: boolean
}

/** What was asked during one turn of the event loop shares a deadline: a timer for each would cost more than its place. */
type Turn<Answer> = {
  readonly asked: Asked<Answer>[]
  readonly timer: NodeJS.Timeout
  open: number
}

export function gather<Request, Answer>(options: GatherOptions<Request, Answer>): Gather<Request, Answer> {
  let waiting: Waiting<Request, Answer>[] = []
  let calls = 0
  /** The one under way: its flush is scheduled. */
  let turn: Turn<Answer> | undefined
  let idle: (() => void)[] = []

  function flush(): void {
    turn = undefined
    while (calls < options.callsMax && waiting.length > 0) {
      const batch = takeCall()
      if (batch.length > 0) void send(batch)
    }
    if (calls > 0 || waiting.length > 0) return
    for (const resolve of idle) resolve()
    idle = []
  }

  function takeCall(): readonly Waiting<Request, Answer>[] {
    const leaders = new Map<string, Waiting<Request, Answer>>()
    const left: Waiting<Request, Answer>[] = []
    for (const one of waiting) {
      if (one.asked.isOver) continue
      const leader = leaders.get(one.apart)
      if (leader !== undefined && options.sameAs(leader.request, one.request)) {
        leader.followers ??= []
        leader.followers.push(one)
      } else if (leader !== undefined || leaders.size === options.callRequestsMax) left.push(one)
      else leaders.set(one.apart, one)
    }
    waiting = left
    return [...leaders.values()]
  }

  async function send(batch: readonly Waiting<Request, Answer>[]): Promise<void> {
    calls += 1
    try {
      const answers = await options.call(
        batch.map((one) => one.request),
        batch.map((one) => one.apart),
      )
      for (const [index, leader] of batch.entries()) {
        const answer = answers[index]!
        give(leader, answer)
        for (const one of leader.followers ?? []) give(one, options.follow(answer, leader.request, one.request))
      }
    } catch (error) {
      for (const leader of batch) for (const { asked } of [leader, ...(leader.followers ?? [])]) fail(asked, error)
    } finally {
      calls -= 1
      flush()
    }
  }

  function openTurn(): Turn<Answer> {
    const opened: Turn<Answer> = {
      asked: [],
      timer: setTimeout(() => {
        for (const asked of opened.asked) fail(asked, options.late())
      }, options.deadlineMs),
      open: 0,
    }
    setImmediate(flush)
    return opened
  }

  return {
    ask(requests) {
      if (requests.length === 0) return Promise.resolve([])
      turn ??= openTurn()
      const own = turn
      return new Promise((resolve, reject) => {
        const open = requests.length
        const asked: Asked<Answer> = { answers: new Array(open), resolve, reject, turn: own, open, isOver: false }
        own.asked.push(asked)
        own.open += 1
        for (let index = 0; index < open; index += 1) {
          const request = requests[index]!
          waiting.push({ request, apart: options.apartBy(request), asked, index, followers: undefined })
        }
      })
    },
    drain: () =>
      new Promise((resolve) => {
        idle.push(resolve)
        setImmediate(flush)
      }),
  }
}

function give<Answer>({ asked, index }: Waiting<unknown, Answer>, answer: Answer): void {
  if (asked.isOver) return
  asked.answers[index] = answer
  asked.open -= 1
  if (asked.open > 0) return
  end(asked)
  asked.resolve(asked.answers)
}

function fail<Answer>(asked: Asked<Answer>, error: unknown): void {
  if (asked.isOver) return
  end(asked)
  asked.reject(error)
}

function end<Answer>(asked: Asked<Answer>): void {
  asked.isOver = true
  asked.turn.open -= 1
  if (asked.turn.open === 0) clearTimeout(asked.turn.timer)
}
