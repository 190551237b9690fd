import { hash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { StackTenant } from '../stack/stack.ts'
import type { Recorder, Sent } from './history.ts'
import type { Random } from './random.ts'

export type LoadOptions = {
  readonly random: Random
  readonly recorder: Recorder
  readonly tenants: readonly StackTenant[]
  /** Each tenant's mark in all that it sends, by its id. */
  readonly canaries: ReadonlyMap<string, string>
  /** Where ingest processes listen; those that are away are tried all the same. */
  readonly targets: readonly [{ readonly name: string; readonly url: string }, ...{ name: string; url: string }[]]
  /** Different events to be acknowledged. */
  readonly events: number
  /** Over which they are spread, as long as the service keeps up. */
  readonly spreadMs: number
}

export type Load = {
  acknowledged(): number
  /** Requests that were given up: none, or the service did not heal. */
  readonly givenUp: string[]
  /** Resolves when enough is acknowledged and `end` was called. */
  readonly done: Promise<void>
  /** No need to go on for the faults' sake. */
  end(): void
}

const senders = 20
const orderedSenders = 6
const giveUpMs = 150_000

/**
 * Native events of every kind, as senders in the wild send them: single and in batches, CloudEvents in all three modes,
 * with keys and without, in order, retried with equal and with changed bytes, several times at once through several
 * processes, and some that must be refused. Each is repeated until it is acknowledged.
 */
export function startLoad(options: LoadOptions): Load {
  const { random, recorder, tenants, canaries, targets, events, spreadMs } = options
  const startedAt = performance.now()
  const kept = new Set<string>()
  const givenUp: string[] = []
  let isEnding = false
  let number = 0

  const isDone = (): boolean => isEnding && kept.size >= events
  const running = [
    ...Array.from({ length: senders }, (_, n) => sendMixed(`sender-${n}`)),
    ...Array.from({ length: orderedSenders }, (_, n) => sendOrdered(`ordered-${n}`)),
  ]

  async function sendMixed(name: string): Promise<void> {
    const own = random.fork(name)
    const client = createClient(name, own)
    while (!isDone()) {
      await inPace()
      const kind = own.next()
      if (kind < 0.34) await client.single()
      else if (kind < 0.42) await client.keyless()
      else if (kind < 0.72) await client.batch()
      else if (kind < 0.84) await client.cloudEvents()
      else if (kind < 0.95) await client.atOnce()
      else await client.refused()
    }
  }

  async function sendOrdered(name: string): Promise<void> {
    const own = random.fork(name)
    const client = createClient(name, own)
    for (let n = 0; !isDone(); n += 1) {
      await inPace()
      await client.ordered(n)
    }
  }

  /** Not faster than the events are spread over the faults, so that every fault meets some. */
  async function inPace(): Promise<void> {
    const ahead = (): boolean =>
      kept.size > 200 + (events * 1.02 * (performance.now() - startedAt)) / spreadMs && !isDone()
    while (ahead()) await pause(50)
  }

  function createClient(client: string, own: Random) {
    const tenant = own.pick(tenants as readonly [StackTenant, ...StackTenant[]])
    const mode = own.chance(0.7) ? 'live' : 'test'
    const credential = { tenant, apiKey: mode === 'live' ? tenant.live : tenant.test }
    const scope = mode === 'live' ? 'native' : 'native-test'
    const canary = canaries.get(tenant.id) ?? ''
    const foreign = [...canaries].filter(([id]) => id !== tenant.id).map(([, text]) => text)

    function newEvent(more: string = ''): { readonly key: string; readonly payload: string } {
      number += 1
      const filling = 'x'.repeat(own.pick([0, 20, 200, 2_000]))
      // Spaces, a number that no double holds and an escape: what a re-serialisation would lose.
      const payload = `{ "n": ${number}, "canary": "${canary}", "exact": 9007199254740993.10, "text": "\\u00e9${filling}"${more} }`
      return { key: `${client}-${number}`, payload }
    }

    function item(form: string, key: string | null, payload: string, order: Sent['order'] = null): Item {
      return { form, key, payload, order, sha256: hash('sha256', payload, 'hex') }
    }

    async function single(): Promise<void> {
      const { key, payload } = newEvent()
      const body = `{"event_type":"chaos.single","payload":${payload}}`
      await untilKept([item('single', key, payload)], { body, headers: { ...json, 'idempotency-key': key } })
      if (own.chance(0.15))
        await once([item('retry', key, payload)], { body, headers: { ...json, 'idempotency-key': key } })
      if (own.chance(0.06)) {
        const changed = newEvent(',"changed":true').payload
        const other = `{"event_type":"chaos.single","payload":${changed}}`
        await once([item('changed', key, changed)], { body: other, headers: { ...json, 'idempotency-key': key } })
      }
    }

    async function keyless(): Promise<void> {
      const { payload } = newEvent()
      const body = `{"event_type":"chaos.keyless","payload":${payload}}`
      let echoed: string | null = null
      const deadline = performance.now() + giveUpMs
      while (performance.now() < deadline) {
        const headers = echoed === null ? json : { ...json, 'idempotency-key': echoed }
        const [ended] = await once([item('keyless', echoed, payload)], { body, headers })
        if (ended?.ending === 'ok') return
        echoed = ended?.key ?? echoed
        await pauseBetween(own)
      }
      givenUp.push(`${client}: a keyless event`)
    }

    async function batch(): Promise<void> {
      const form = own.pick(['batch-array', 'batch-object', 'batch-ndjson', 'batch-request-key'] as const)
      const all = Array.from({ length: own.integer(2, 40) }, () => newEvent())
      const requestKey = `request-${all[0]?.key}`
      const isOwn = form !== 'batch-request-key'
      const texts = all.map(({ key, payload }) => {
        const own = isOwn ? `,"idempotency_key":"${key}"` : ''
        return `{"event_type":"chaos.batch","payload":${payload}${own}}`
      })
      const items = all.map(({ key, payload }, n) => item(form, isOwn ? key : itemKey(requestKey, n), payload))
      const body =
        form === 'batch-ndjson'
          ? texts.map((text) => `${text}\n`).join('')
          : form === 'batch-object'
            ? `{"events":[${texts}]}`
            : `[${texts}]`
      const mediaType = form === 'batch-ndjson' ? 'application/x-ndjson' : 'application/json'
      const headers = { 'content-type': mediaType, ...(isOwn ? {} : { 'idempotency-key': requestKey }) }
      await untilKept(items, { path: '/v1/events/batch', body, headers })
      if (own.chance(0.1)) await once(items, { path: '/v1/events/batch', body, headers })
    }

    async function cloudEvents(): Promise<void> {
      const form = own.pick(['structured', 'binary', 'batch'] as const)
      const source = `/chaos/${client}`
      const of = (id: string) => cloudEventKey(source, id)
      if (form === 'binary') {
        const { key, payload } = newEvent()
        const headers = { ...json, 'ce-specversion': '1.0', 'ce-type': 'chaos.ce', 'ce-source': source, 'ce-id': key }
        return await untilKept([item('ce-binary', of(key), payload)], { body: payload, headers })
      }
      const all = Array.from({ length: form === 'structured' ? 1 : own.integer(2, 10) }, () => newEvent())
      const texts = all.map(
        ({ key, payload }) =>
          `{"specversion":"1.0","type":"chaos.ce","source":"${source}","id":"${key}","datacontenttype":"application/json","data":${payload}}`,
      )
      const items = all.map(({ key, payload }) => item(`ce-${form}`, of(key), payload))
      if (form === 'structured') {
        const headers = { 'content-type': 'application/cloudevents+json' }
        return await untilKept(items, { body: texts.join(), headers })
      }
      const headers = { 'content-type': 'application/cloudevents-batch+json' }
      await untilKept(items, { path: '/v1/events/batch', body: `[${texts}]`, headers })
    }

    /** The same event several times at once, through several processes; the last word is an acknowledgement. */
    async function atOnce(): Promise<void> {
      const { key, payload } = newEvent()
      const request = {
        body: `{"event_type":"chaos.at-once","payload":${payload}}`,
        headers: { ...json, 'idempotency-key': key },
      }
      await Promise.all(
        Array.from({ length: own.integer(2, 5) }, (_, n) => once([item('at-once', key, payload)], request, n)),
      )
      await untilKept([item('at-once', key, payload)], request)
    }

    async function ordered(n: number): Promise<void> {
      const { key, payload } = newEvent()
      const order = { key: `${tenant.slug} ${scope} ${client}`, n }
      const body = `{"event_type":"chaos.ordered","ordering_key":"${client}","payload":${payload}}`
      await untilKept([item('ordered', key, payload, order)], { body, headers: { ...json, 'idempotency-key': key } })
    }

    /** Each is a definite 4xx as soon as anybody looks at it. */
    async function refused(): Promise<void> {
      const { key, payload } = newEvent()
      const request = own.pick([
        { body: `{"event_type":"chaos.refused","payload":${payload}` },
        { body: `{"event_type":"chaos.refused","payload":${payload},"unknown":1}` },
        { body: `{"event_type":"not allowed","payload":${payload}}` },
        { body: `{"event_type":"chaos.refused","payload":[${payload}]}` },
        { body: `{"event_type":"chaos.refused","payload":{"a":${'['.repeat(70)}${payload}${']'.repeat(70)}}}` },
        { body: payload, headers: { 'content-type': 'text/csv' } },
        { body: `{"event_type":"chaos.refused","payload":${payload}}`, apiKey: `em_live_${'0'.repeat(38)}` },
      ])
      const headers = { ...json, 'idempotency-key': key, ...request.headers }
      await once([item('refused', key, payload)], {
        headers,
        body: request.body,
        ...('apiKey' in request ? { apiKey: request.apiKey } : {}),
      })
    }

    async function untilKept(items: readonly Item[], request: Request): Promise<void> {
      const deadline = performance.now() + giveUpMs
      while (performance.now() < deadline) {
        const ended = await once(items, request)
        if (ended.length > 0 && ended.every(({ ending }) => ending === 'ok')) return
        await pauseBetween(own)
      }
      givenUp.push(`${client}: ${items[0]?.form} ${items[0]?.key}`)
    }

    /** One request; what each of its items ended in. */
    async function once(items: readonly Item[], request: Request, nth?: number): Promise<readonly Ending[]> {
      const target = nth === undefined ? own.pick(targets) : (targets[nth % targets.length] ?? targets[0])
      const ids = items.map(({ form, key, sha256, order }) =>
        recorder.sent({ client, through: target.name, form, tenantId: tenant.id, scope, key, sha256, order }),
      )
      const answer = await post(target.url, request, request.apiKey ?? credential.apiKey)
      const isForeign = foreign.some((text) => answer.text.includes(text))
      const endings = items.map((_, n) => endingOf(answer, n, items.length))
      for (const [n, ending] of endings.entries()) {
        recorder.ended({ ...ending, id: ids[n] ?? 0, isForeign })
        if (ending.eventId !== null && ending.ending === 'ok') kept.add(ending.eventId)
      }
      return endings
    }

    return { single, keyless, batch, cloudEvents, atOnce, ordered, refused }
  }

  return {
    acknowledged: () => kept.size,
    givenUp,
    done: Promise.all(running).then(() => undefined),
    end() {
      isEnding = true
    },
  }
}

const json = { 'content-type': 'application/json' }

type Item = Pick<Sent, 'form' | 'key' | 'sha256' | 'order'> & { readonly payload: string }

type Request = {
  readonly path?: '/v1/events' | '/v1/events/batch'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly apiKey?: string
}

type Ending = {
  readonly ending: 'ok' | 'fail' | 'info'
  readonly status: number | null
  readonly code: string | null
  readonly eventId: string | null
  readonly key: string | null
  readonly isReplayed: boolean
}

type Answer = { readonly status: number | null; readonly text: string; readonly isReplayed: boolean }

/** Longer than any answer may take: whatever comes later is one that nobody waits for. */
const patienceMs = 20_000

async function post(url: string, request: Request, apiKey: string): Promise<Answer> {
  try {
    const response = await fetch(url + (request.path ?? '/v1/events'), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, ...request.headers },
      body: request.body,
      signal: AbortSignal.timeout(patienceMs),
    })
    const isReplayed = response.headers.get('idempotency-replayed') === 'true'
    return { status: response.status, text: await response.text(), isReplayed }
  } catch {
    // No answer, or half of one: it may or may not be kept.
    return { status: null, text: '', isReplayed: false }
  }
}

type Body = {
  readonly code?: string
  readonly event_id?: string
  readonly idempotency_key?: string
  readonly results?: readonly {
    readonly status: string
    readonly event_id?: string
    readonly idempotency_key?: string
    readonly problem?: { readonly code?: string; readonly status?: number }
  }[]
}

function endingOf({ status, text, isReplayed }: Answer, n: number, count: number): Ending {
  const none = { ending: 'info', status, code: null, eventId: null, key: null, isReplayed: false } as const
  if (status === null) return none
  const body = parseBody(text)
  if (body === undefined) return none
  const result = body.results?.[n]
  if (result !== undefined) {
    const isOk = result.status === 'accepted' || result.status === 'duplicate'
    const ending = isOk ? 'ok' : result.status === 'rejected' ? 'fail' : 'info'
    return {
      ending,
      status: isOk ? 202 : (result.problem?.status ?? status),
      code: result.problem?.code ?? null,
      eventId: isOk ? (result.event_id ?? null) : null,
      key: result.idempotency_key ?? null,
      isReplayed: result.status === 'duplicate',
    }
  }
  const isOk = status >= 200 && status < 300
  const isFail = status >= 400 && status < 500 && status !== 409 && status !== 429 && status !== 408
  return {
    ending: isOk ? 'ok' : isFail ? 'fail' : 'info',
    status,
    code: body.code ?? null,
    eventId: isOk ? (body.event_id ?? null) : null,
    // Of several items under a request key the answer as a whole names that one.
    key: count === 1 ? (body.idempotency_key ?? null) : null,
    isReplayed,
  }
}

function parseBody(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body
  } catch {
    // A connection that was cut inside the answer.
    return undefined
  }
}

async function pauseBetween(random: Random): Promise<void> {
  await pause(random.integer(100, 600))
}

/** Reliability.md, section 3, written a second time on purpose: the checker believes nothing of the code under test. */
function cloudEventKey(source: string, id: string): string {
  return `ce:${hash('sha256', Buffer.concat([...prefixed(source), ...prefixed(id)]), 'hex')}`
}

function itemKey(requestKey: string, index: number): string {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(index)
  return `ix:${hash('sha256', Buffer.concat([...prefixed(requestKey), number]), 'hex')}`
}

function prefixed(text: string): readonly Buffer[] {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  return [length, Buffer.from(text)]
}
