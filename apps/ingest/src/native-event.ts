import {
  checkEventType,
  checkIdempotencyKey,
  decodeString,
  generateIdempotencyKey,
  isCleanText,
  type JsonDocument,
  type Member,
  parseOccurredAt,
} from '@eventmesh/envelope'
import { Issues } from './issues.ts'
import type { Candidate } from './item.ts'
import { type Result, refuse } from './outcome.ts'

export type EventContext = {
  /** Where the event stands in the body, as a JSON pointer; empty for a single. */
  readonly base: string
  /** In the envelope's form. */
  readonly receivedAt: string
  /** The request's own key as it counts for this event: of a single the header, of a batch's item one made from it. */
  readonly headerKey: string | undefined
  readonly itemKey: string | undefined
  readonly requireIdempotencyKey: boolean
}

type Name = 'event_type' | 'payload' | 'occurred_at' | 'idempotency_key' | 'ordering_key'
const members: ReadonlySet<Name> = new Set(['event_type', 'payload', 'occurred_at', 'idempotency_key', 'ordering_key'])

const orderingKeyBytesMax = 255

/** `{event_type, payload, occurred_at?, idempotency_key?, ordering_key?}` → candidate; `bytes` hold the scanned document. */
export function readNativeEvent(bytes: Buffer, document: JsonDocument, context: EventContext): Result<Candidate> {
  const issues = new Issues(context.base)
  if (document.kind !== 'object') {
    issues.add(undefined, 'type', 'an event is a JSON object with event_type and payload')
    return { ok: false, refusal: issues.refusal() }
  }

  const found: { -readonly [N in Name]?: Member } = {}
  for (const member of document.members) {
    const name = memberName(member.name)
    if (name === undefined)
      issues.add(member.name, 'unknown_member', 'the event has a member that is not known; put it into payload')
    else if (found[name] !== undefined) issues.addAs('body_malformed', name, `${name} stands in the event twice`)
    else found[name] = member
  }

  const eventType = text(bytes, found.event_type, 'event_type', issues)
  if (found.event_type === undefined) issues.add('event_type', 'required', 'event_type is missing')
  else if (eventType !== undefined) check('event_type', 'format', checkEventType(eventType), issues)

  if (found.payload === undefined) issues.add('payload', 'required', 'payload is missing')
  else if (found.payload.kind !== 'object') issues.add('payload', 'type', 'payload is not a JSON object')

  const givenTime = text(bytes, found.occurred_at, 'occurred_at', issues)
  const occurredAt = givenTime === undefined ? context.receivedAt : parseOccurredAt(givenTime)
  if (occurredAt === undefined) {
    issues.add(
      'occurred_at',
      'format',
      'occurred_at is not an RFC 3339 time with its zone, such as 2026-01-31T12:00:00.000Z',
    )
  }

  const memberKey = text(bytes, found.idempotency_key, 'idempotency_key', issues)
  if (memberKey !== undefined) {
    const verdict = checkIdempotencyKey(memberKey)
    if (verdict !== 'ok') issues.addAs('idempotency_key_invalid', 'idempotency_key', verdict)
  }

  const orderingKey = text(bytes, found.ordering_key, 'ordering_key', issues)
  if (orderingKey !== undefined) checkOrderingKey(orderingKey, 'ordering_key', issues)

  const key = context.headerKey ?? memberKey ?? context.itemKey
  if (issues.list.length > 0) {
    const isKnown = context.headerKey !== undefined || !issues.concern(['idempotency_key'])
    return { ok: false, refusal: issues.refusal(isKnown ? key : undefined) }
  }
  if (key === undefined && context.requireIdempotencyKey) {
    return refuse(
      'idempotency_key_required',
      'this organization requires header Idempotency-Key or member idempotency_key',
      {
        errors: [
          { pointer: `${context.base}/idempotency_key`, code: 'required', detail: 'idempotency_key is missing' },
        ],
      },
    )
  }
  return {
    ok: true,
    value: {
      eventType: eventType!,
      occurredAt: occurredAt!,
      idempotencyKey: key ?? generateIdempotencyKey(),
      isKeyGenerated: key === undefined,
      orderingKey,
      payload: bytes.subarray(found.payload!.start, found.payload!.end),
      wrap: 'none',
      mediaType: 'application/json',
      attributes: undefined,
      headerAttributes: undefined,
    },
  }
}

export function checkOrderingKey(value: string, name: string, issues: Issues): void {
  if (value === '' || Buffer.byteLength(value) > orderingKeyBytesMax || !isCleanText(value)) {
    issues.add(name, 'format', `${name} is not 1 to ${orderingKeyBytesMax} bytes of text without control characters`)
  }
}

function memberName(name: string): Name | undefined {
  return members.has(name as Name) ? (name as Name) : undefined
}

function text(bytes: Buffer, member: Member | undefined, name: Name, issues: Issues): string | undefined {
  if (member === undefined) return undefined
  if (member.kind === 'string') return decodeString(bytes, member.start, member.end)
  issues.add(name, 'type', `${name} is not a string`)
  return undefined
}

function check(name: Name, code: string, verdict: string, issues: Issues): void {
  if (verdict !== 'ok') issues.add(name, code, verdict)
}
