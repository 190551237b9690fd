import type { ServerResponse } from 'node:http'
import { newRequestId, type RequestId } from '@eventmesh/envelope'
import type { Caller } from './caller.ts'
import type { IngestMessage } from './ingest-message.ts'
import type { Item } from './item.ts'
import type { Hold } from './limit.ts'
import type { Refusal } from './outcome.ts'
import type { RawRequest } from './request.ts'
import type { Proof } from './verify.ts'

/** One request on the wire, and what became known of it on its way: written by `pipeline.ts`, read at its end. */
export type Exchange = {
  readonly incoming: IngestMessage
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
  /** `body=1.2,validate=0.1`: milliseconds per step so far. */
  stepTimes: string
  /** Monotonic: when the last of them was done. */
  stepEndedAt: number
}

export function openExchange(
  incoming: IngestMessage,
  outgoing: ServerResponse,
  options: { readonly receivedAtMs: number; readonly expectsContinue: boolean },
): Exchange {
  const startedAt = performance.now()
  const exchange: Exchange = {
    incoming,
    outgoing,
    requestId: newRequestId(options.receivedAtMs),
    receivedAtMs: options.receivedAtMs,
    startedAt,
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
    stepTimes: '',
    stepEndedAt: startedAt,
  }
  incoming.exchange = exchange
  return exchange
}

export function exchangeOf({ exchange }: IngestMessage): Exchange {
  if (exchange === undefined) throw new Error('a request reached a route without an exchange')
  return exchange
}

/** A step of the path is done. */
export function mark(exchange: Exchange, step: string): void {
  const now = performance.now()
  const tookMs = Math.round((now - exchange.stepEndedAt) * 10) / 10
  exchange.stepTimes += exchange.stepTimes === '' ? `${step}=${tookMs}` : `,${step}=${tookMs}`
  exchange.stepEndedAt = now
}
