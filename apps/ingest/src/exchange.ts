import type { IncomingMessage, ServerResponse } from 'node:http'
import { newRequestId, type RequestId } from '@eventmesh/envelope'
import type { Caller } from './caller.ts'
import type { Item } from './item.ts'
import type { Hold } from './limit.ts'
import type { Refusal } from './outcome.ts'
import type { RawRequest } from './request.ts'
import type { Proof } from './verify.ts'

/** One request on the wire, and what became known of it on its way: written by `pipeline.ts`, read at its end. */
export type Exchange = {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly requestId: RequestId
  /** Our clock when the headers were complete. */
  readonly receivedAtMs: number
  /** Monotonic, for durations. */
  readonly startedAt: number
  /** The sender waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  /** The socket's parser found the rest of the request broken, or it came too slowly. */
  fault: Refusal | undefined
  onFault: ((fault: Refusal) => void) | undefined
  request: RawRequest | undefined
  /** Header `Idempotency-Key`, once its form was checked. */
  headerKey: string | undefined
  caller: Caller | undefined
  hold: Hold | undefined
  body: Buffer | undefined
  /** Of a webhook, once it holds. */
  proof: Proof | undefined
  items: readonly Item[] | undefined
  /** Monotonic marks: when each step was done. */
  readonly marks: [step: string, at: number][]
}

const exchanges = new WeakMap<IncomingMessage, Exchange>()

export function openExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  options: { readonly receivedAtMs: number; readonly expectsContinue: boolean },
): Exchange {
  const exchange: Exchange = {
    incoming,
    outgoing,
    requestId: newRequestId(options.receivedAtMs),
    receivedAtMs: options.receivedAtMs,
    startedAt: performance.now(),
    expectsContinue: options.expectsContinue,
    fault: undefined,
    onFault: undefined,
    request: undefined,
    headerKey: undefined,
    caller: undefined,
    hold: undefined,
    body: undefined,
    proof: undefined,
    items: undefined,
    marks: [],
  }
  exchanges.set(incoming, exchange)
  return exchange
}

export function exchangeOf(incoming: IncomingMessage): Exchange {
  const exchange = exchanges.get(incoming)
  if (exchange === undefined) throw new Error('a request reached a route without an exchange')
  return exchange
}
