import type { Caller } from './caller.ts'
import type { Exchange } from './exchange.ts'
import type { Hold } from './limit.ts'
import { jitteredRetrySeconds, type Refusal } from './outcome.ts'
import { type EventRequest, tooLarge } from './request.ts'

export type Body =
  | { readonly ok: true; readonly value: Buffer }
  | { readonly ok: false; readonly refusal: Refusal }
  /** The sender closed the connection first. */
  | { readonly ok: false; readonly refusal: undefined }

/** The whole raw body, counted while it streams. The parser already holds it to its declared length. */
export function readBody(exchange: Exchange, request: EventRequest, caller: Caller, hold: Hold): Promise<Body> {
  const { incoming, outgoing } = exchange
  const { isBatch, declaredBytes } = request
  const bytesMax = caller.kind === 'key' ? request.bodyBytesMax : Math.min(request.bodyBytesMax, caller.bodyBytesMax)
  if (exchange.fault !== undefined) return Promise.resolve({ ok: false, refusal: exchange.fault })
  if (declaredBytes !== undefined && declaredBytes > bytesMax) {
    return Promise.resolve({ ok: false, refusal: tooLarge(isBatch, bytesMax) })
  }
  if (exchange.expectsContinue) outgoing.writeContinue()

  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    const end = (body: Body): void => {
      incoming.off('data', onData).off('end', onEnd).off('close', onClose)
      exchange.onFault = undefined
      resolve(body)
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      if (size > bytesMax) end({ ok: false, refusal: tooLarge(isBatch, bytesMax) })
      else if (declaredBytes === undefined && !hold.grow(chunk.length)) end({ ok: false, refusal: noRoom() })
      else chunks.push(chunk)
    }
    const onEnd = (): void => end({ ok: true, value: chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size) })
    const onClose = (): void => end({ ok: false, refusal: undefined })
    exchange.onFault = (refusal) => end({ ok: false, refusal })
    incoming.on('data', onData).on('end', onEnd).on('close', onClose)
  })
}

function noRoom(): Refusal {
  return {
    code: 'overloaded',
    detail: 'too much is in flight; send the same request again a little later',
    retryAfterSeconds: jitteredRetrySeconds(),
  }
}
