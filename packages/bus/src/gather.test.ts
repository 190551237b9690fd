import { describe, expect, it } from 'vitest'
import { type Gather, gather } from './gather.ts'

type Ask = { readonly key: string; readonly body: string; readonly by?: string }

describe('gather', () => {
  it('sends what one turn of the event loop asks in one call, and answers each in its order', async () => {
    const { asks, calls } = answering()
    const [first, second] = await Promise.all([asks.ask([of('a'), of('b')]), asks.ask([of('c')])])
    expect(calls).toEqual([['a:1', 'b:1', 'c:1']])
    expect(first).toEqual(['a:1', 'b:1'])
    expect(second).toEqual(['c:1'])
  })

  it('lets equal requests share one place, and tells the follower so', async () => {
    const { asks, calls } = answering()
    expect(await asks.ask([of('a'), of('a'), of('b')])).toEqual(['a:1', 'follows a:1', 'b:1'])
    expect(calls).toEqual([['a:1', 'b:1']])
  })

  it('sends another body of the same key in another call', async () => {
    const { asks, calls } = answering()
    expect(await asks.ask([of('a', '1'), of('a', '2'), of('b')])).toEqual(['a:1', 'a:2', 'b:1'])
    expect(calls).toEqual([['a:1', 'b:1'], ['a:2']])
  })

  it('holds a call to its size, one side of the limit and the other', async () => {
    const { asks, calls } = answering({ callRequestsMax: 3 })
    await asks.ask(['a', 'b', 'c'].map((key) => of(key)))
    await asks.ask(['a', 'b', 'c', 'd'].map((key) => of(key)))
    expect(calls.map((call) => call.length)).toEqual([3, 3, 1])
  })

  it('gathers while its calls run', async () => {
    const { asks, calls, gates } = gated()
    const pending = [asks.ask([of('a')])]
    await turn()
    for (const key of ['b', 'c']) {
      pending.push(asks.ask([of(key)]))
      await turn()
    }
    expect(calls).toEqual([['a:1']])
    gates.shift()!()
    await expect.poll(() => calls).toEqual([['a:1'], ['b:1', 'c:1']])
    gates.shift()!()
    await Promise.all(pending)
  })

  it('rejects at the deadline and never sends what waited that long', async () => {
    const { asks, calls, gates } = gated({ deadlineMs: 30 })
    const sent = asks.ask([of('a')])
    await turn()
    const waiting = asks.ask([of('b')])
    await expect(sent).rejects.toThrow('late')
    await expect(waiting).rejects.toThrow('late')
    gates.shift()!()
    await asks.drain()
    expect(calls).toEqual([['a:1']])
  })

  it('fails everyone in a failed call, and the next call goes on', async () => {
    let fails = true
    const { asks } = answering({
      call: async (requests) => {
        if (fails) throw new Error('broken')
        return requests.map((one) => one.key)
      },
    })
    const results = await Promise.allSettled([asks.ask([of('a'), of('b')]), asks.ask([of('a')])])
    expect(results.map((one) => one.status)).toEqual(['rejected', 'rejected'])
    fails = false
    expect(await asks.ask([of('a')])).toEqual(['a'])
  })

  it('drains at once when nothing waits, else not before the last answer', async () => {
    const { asks, gates } = gated()
    await asks.drain()
    let isDrained = false
    const asked = asks.ask([of('a')])
    await turn()
    const drained = asks.drain().then(() => {
      isDrained = true
    })
    await turn()
    expect(isDrained).toBe(false)
    gates.shift()!()
    await Promise.all([asked, drained])
  })
})

type Options = Partial<Parameters<typeof gather<Ask, string>>[0]>

function answering(options: Options = {}): { asks: Gather<Ask, string>; calls: string[][] } {
  const calls: string[][] = []
  const asks = gather<Ask, string>({
    async call(requests) {
      calls.push(requests.map(textOf))
      return requests.map(textOf)
    },
    apartBy: (one) => one.key,
    sameAs: (leader, follower) => leader.body === follower.body,
    follow: (answer) => `follows ${answer}`,
    callRequestsMax: 10,
    callsMax: 2,
    deadlineMs: 5_000,
    late: () => new Error('late'),
    ...options,
  })
  return { asks, calls }
}

function gated(options: Options = {}) {
  const gates: (() => void)[] = []
  const calls: string[][] = []
  const { asks } = answering({
    callsMax: 1,
    call: async (requests) => {
      calls.push(requests.map(textOf))
      await new Promise<void>((resolve) => gates.push(resolve))
      return requests.map(textOf)
    },
    ...options,
  })
  return { asks, calls, gates }
}

const of = (key: string, body = '1'): Ask => ({ key, body })
const textOf = (one: Ask) => `${one.key}:${one.body}`
const turn = () => new Promise((resolve) => setImmediate(resolve))
