import type { Caller } from './caller.ts'
import type { Limits } from './limits.ts'
import { jitteredRetrySeconds, type Result, refuse } from './outcome.ts'
import type { EventRequest } from './request.ts'
import { SharedBuckets } from './shared-buckets.ts'

/** The room that one request takes up, from before its body is read until its answer. */
export type Hold = {
  /** A body of unknown length grows; false when there is no more room. */
  grow(bytes: number): boolean
  release(): void
}

/** What this process bounds: events per second by tenant and by key or source, requests and bytes in flight. */
export class Budget {
  readonly tenants: SharedBuckets
  readonly keys: SharedBuckets
  readonly #limits: Limits
  readonly #bytesByTenant = new Map<string, number>()
  requestsInFlight = 0
  bytesInFlight = 0

  constructor(limits: Limits) {
    this.#limits = limits
    const entriesMax = limits.keysMax
    // The burst is not shared out: a full batch must fit into it.
    this.tenants = new SharedBuckets({
      prefix: 'tenant:',
      rate: limits.tenantRate,
      share: limits.rateShare,
      burst: limits.tenantBurst,
      entriesMax,
    })
    this.keys = new SharedBuckets({
      prefix: 'key:',
      rate: limits.keyRate,
      share: 1,
      burst: limits.keyBurst,
      entriesMax,
    })
  }

  /** Milliseconds to wait, or 0 and the tokens are taken from both buckets. */
  take(caller: Caller, events: number): number {
    const now = performance.now()
    const { tenantId, id } = caller
    const waitMs = Math.max(this.tenants.waitMs(tenantId, events, now), this.keys.waitMs(id, events, now))
    if (waitMs > 0) {
      this.tenants.refuse(tenantId, events)
      this.keys.refuse(id, events)
      return waitMs
    }
    this.tenants.take(tenantId, events, now)
    this.keys.take(id, events, now)
    return 0
  }

  /** Whose bucket a refused request has to wait for; of both the one that takes longer. */
  emptied({ tenantId, id, kind }: Caller, events: number): string {
    const now = performance.now()
    const isOwn = this.keys.waitMs(id, events, now) > this.tenants.waitMs(tenantId, events, now)
    if (!isOwn) return 'the organization'
    return kind === 'key' ? 'the API key' : 'the source'
  }

  hold(tenantId: string, bytes: number): Hold | undefined {
    if (this.requestsInFlight >= this.#limits.requestsInFlightMax || !this.#add(tenantId, bytes)) return undefined
    this.requestsInFlight += 1
    let held = bytes
    let isOpen = true
    return {
      grow: (more) => {
        if (!isOpen || !this.#add(tenantId, more)) return false
        held += more
        return true
      },
      release: () => {
        if (!isOpen) return
        isOpen = false
        this.requestsInFlight -= 1
        this.#subtract(tenantId, held)
      },
    }
  }

  #add(tenantId: string, bytes: number): boolean {
    const ofTenant = (this.#bytesByTenant.get(tenantId) ?? 0) + bytes
    if (ofTenant > this.#limits.tenantBytesInFlightMax) return false
    if (this.bytesInFlight + bytes > this.#limits.bytesInFlightMax) return false
    this.bytesInFlight += bytes
    this.#bytesByTenant.set(tenantId, ofTenant)
    return true
  }

  #subtract(tenantId: string, bytes: number): void {
    this.bytesInFlight -= bytes
    const ofTenant = (this.#bytesByTenant.get(tenantId) ?? 0) - bytes
    if (ofTenant > 0) this.#bytesByTenant.set(tenantId, ofTenant)
    else this.#bytesByTenant.delete(tenantId)
  }
}

/** Room for the request, then one event's token; a batch takes the rest of its tokens when it is known how many. */
export function limit(request: EventRequest, caller: Caller, budget: Budget): Result<Hold> {
  const hold = budget.hold(caller.tenantId, request.declaredBytes ?? 0)
  if (hold === undefined) {
    return refuse('overloaded', 'too much is in flight; send the same request again a little later', {
      retryAfterSeconds: jitteredRetrySeconds(),
    })
  }
  const waitMs = budget.take(caller, 1)
  if (waitMs === 0) return { ok: true, value: hold }
  hold.release()
  return rateLimited(waitMs, budget.emptied(caller, 1))
}

export function rateLimited(waitMs: number, whose: string) {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000))
  return refuse(
    'rate_limited',
    `${whose} sends more events than its rate allows; send the same request again after ${retryAfterSeconds} s`,
    { retryAfterSeconds },
  )
}
