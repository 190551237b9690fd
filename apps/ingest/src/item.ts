import type { LogRecord } from '@eventmesh/bus'
import type { EventId, Topic, Wrap } from '@eventmesh/envelope'
import type { Ending } from './outcome.ts'

/** One event of a request on its way through the steps. Whoever gives it an ending takes it out of the later steps. */
export type Item = {
  /** Its place in the request, from 0. */
  readonly index: number
  /** What the sender sent for it: the body, or a slice of it. */
  readonly bytes: Buffer
  /** Set by `validate`, unless it ended there. */
  candidate: Candidate | undefined
  /** Set by `dedupe`. */
  identity: { readonly eventId: EventId; readonly fp: string } | undefined
  dedupe: Dedupe | undefined
  /** An earlier item of the request with the same key: their bytes are equal, or this one ends as a conflict. */
  leader: Item | undefined
  /** The fingerprint of the acknowledged event that this one contradicts. */
  keptFp: string | undefined
  /** Where its record goes: `quarantine` for a webhook that contradicts an acknowledged event. */
  topic: Extract<Topic, 'events' | 'quarantine'>
  /** Set by `envelope`. */
  record: LogRecord | undefined
  /** Set by `publish`: where its record is. */
  position: { readonly partition: number; readonly offset: number } | undefined
  ending: Ending | undefined
}

/** Value of header `em-dedupe`: the key was claimed, is ours and needs no claim, or the claims were out of reach. */
export type Dedupe = 'claimed' | 'generated' | 'unchecked'

/** A well-formed event as the sender means it. */
export type Candidate = {
  readonly eventType: string
  /** In the envelope's form. */
  readonly occurredAt: string
  readonly idempotencyKey: string
  readonly isKeyGenerated: boolean
  readonly orderingKey: string | undefined
  /** A JSON object: the sender's bytes, or what wraps them. */
  readonly payload: Buffer
  readonly wrap: Wrap
  /** Lower case, without parameters: part of the fingerprint. */
  readonly mediaType: string
  /** What is fingerprinted instead of the item's bytes: values that change with each attempt are masked. */
  readonly fingerprinted?: Buffer
  /** Exact body bytes that the payload does not hold: header `em-body`. */
  readonly exactBody?: Buffer | undefined
  /** `ce_*` headers of a CloudEvent by name. */
  readonly attributes: Readonly<Record<string, string>> | undefined
  /** CloudEvents attributes that were sent as HTTP headers: they change what the body means. */
  readonly headerAttributes: readonly (readonly [name: string, value: string])[] | undefined
}

export function newItem(index: number, bytes: Buffer): Item {
  return {
    index,
    bytes,
    candidate: undefined,
    identity: undefined,
    dedupe: undefined,
    leader: undefined,
    keptFp: undefined,
    topic: 'events',
    record: undefined,
    position: undefined,
    ending: undefined,
  }
}
