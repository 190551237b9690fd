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
  readonly followers: Waiting<Request, Answer>[]
  readonly answer: (answer: Answer) => void
  readonly fail: (error: unknown) => void
  isOver: boolean
}

export function gather<Request, Answer>(options: GatherOptions<Request, Answer>): Gather<Request, Answer> {
  let waiting: Waiting<Request, Answer>[] = []
  let calls = 0
  let flushScheduled = false
  let idle: (() => void)[] = []

  function flush(): void {
    flushScheduled = false
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
      if (one.isOver) continue
      const leader = leaders.get(one.apart)
      if (leader !== undefined && options.sameAs(leader.request, one.request)) leader.followers.push(one)
      else if (leader !== undefined || leaders.size === options.callRequestsMax) left.push(one)
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
        leader.answer(answer)
        for (const one of leader.followers) one.answer(options.follow(answer, leader.request, one.request))
      }
    } catch (error) {
      for (const leader of batch) for (const one of [leader, ...leader.followers]) one.fail(error)
    } finally {
      calls -= 1
      flush()
    }
  }

  return {
    async ask(requests) {
      if (requests.length === 0) return []
      return await new Promise<readonly Answer[]>((resolve, reject) => {
        const answers: Answer[] = new Array(requests.length)
        let open = requests.length
        const own = requests.map(
          (request, index): Waiting<Request, Answer> => ({
            request,
            apart: options.apartBy(request),
            followers: [],
            answer(answer) {
              answers[index] = answer
              open -= 1
              if (open === 0) end(() => resolve(answers))
            },
            fail: (error) => end(() => reject(error)),
            isOver: false,
          }),
        )
        const timer = setTimeout(() => end(() => reject(options.late())), options.deadlineMs)
        function end(how: () => void): void {
          clearTimeout(timer)
          for (const one of own) one.isOver = true
          how()
        }
        waiting.push(...own)
        if (flushScheduled) return
        flushScheduled = true
        setImmediate(flush)
      })
    },
    drain: () =>
      new Promise((resolve) => {
        idle.push(resolve)
        setImmediate(flush)
      }),
  }
}
