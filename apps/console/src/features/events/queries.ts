import 'server-only'
import {
  DatabaseError,
  type EventDetail,
  type EventFacets,
  type EventFacts,
  type EventPlace,
  events,
  members,
  type RelatedEvents,
  type RequestItems,
} from '@eventmesh/db'
import { isUuid, type RequestId } from '@eventmesh/envelope'
import { database } from '../../server/database.ts'
import { reasonText } from '../../server/reason-text.ts'
import type { Member } from '../../server/session.ts'
import type { EventsPage } from './event-row.ts'
import type { EventsFilter } from './filter.ts'
import { type Diagnosis, diagnosisOf, fixValues } from './fix.ts'
import { type ParsedFilter, parseFilter, rangeOf } from './parse-filter.ts'
import { ranges } from './range.ts'
import { text } from './text.ts'

export type ListAnswer =
  | { readonly state: 'page'; readonly page: EventsPage }
  | { readonly state: 'faults'; readonly faults: readonly Fault[] }
  | { readonly state: 'cursor_mismatch' | 'too_long' }

export type Fault = {
  readonly position: number
  readonly length: number
  readonly text: string
  readonly expected: string
}

const pageSize = 100

/** Who may not read payloads may not search in them either: each answer would tell of one. */
export function parseFilterFor(member: Member, filter: EventsFilter): ParsedFilter {
  const parsed = parseFilter(filter)
  if (!parsed.ok || members.may(member, 'payload.read')) return parsed
  if (parsed.terms.every((term) => term.kind !== 'payload')) return parsed
  return { ok: false, faults: [{ position: 0, length: filter.q.length, text: 'payload', expected: text.noPayloads }] }
}

/** One page; the first without `cursor`. */
export async function listEvents(
  member: Member,
  filter: EventsFilter,
  options: { readonly cursor?: string | undefined; readonly limit?: number } = {},
): Promise<ListAnswer> {
  const parsed = parseFilterFor(member, filter)
  if (!parsed.ok) return { state: 'faults', faults: parsed.faults }
  try {
    const found = await events.page(database(), member.tenant.id, {
      terms: parsed.terms,
      range: rangeOf(filter),
      cursor: options.cursor,
      limit: options.limit ?? pageSize,
    })
    if (!found.ok) return { state: 'cursor_mismatch' }
    const { rows, older, isRangeIgnored } = found
    return { state: 'page', page: { rows, older, isRangeIgnored } }
  } catch (error) {
    if (error instanceof DatabaseError && error.sqlState === '57014') return { state: 'too_long' }
    throw error
  }
}

/** Undefined: the search is not understood. */
export async function countFacets(member: Member, filter: EventsFilter): Promise<EventFacets | undefined> {
  const parsed = parseFilterFor(member, filter)
  if (!parsed.ok) return undefined
  return await events.facets(database(), member.tenant.id, { terms: parsed.terms, range: rangeOf(filter) })
}

/** On which side of the filter's own range the last 30 days hold a match, older ones first; undefined: on none. */
export async function matchOutside(member: Member, filter: EventsFilter): Promise<'older' | 'newer' | undefined> {
  const { between } = filter
  const now = new Date()
  const back = (ms: number) => new Date(now.getTime() - ms)
  async function holds(from: Date, to: Date): Promise<boolean> {
    if (from >= to) return false
    const found = await listEvents(member, { ...filter, between: { from, to } }, { limit: 1 })
    return found.state === 'page' && found.page.rows.length > 0
  }
  if (await holds(back(ranges['30d'].ms), between?.from ?? back(ranges[filter.range].ms))) return 'older'
  return between !== undefined && (await holds(between.to, now)) ? 'newer' : undefined
}

/** Whether this organization has any row at all, copies left out. */
export async function hasEvents({ tenant }: Member): Promise<boolean> {
  const found = await events.page(database(), tenant.id, { terms: [], limit: 1 })
  return found.ok && found.rows.length > 0
}

export type EventView = EventDetail & {
  readonly diagnosis: Diagnosis | null
  /** Its source is paused, and the member may end that. */
  readonly mayResume: boolean
  readonly related: RelatedEvents | undefined
  readonly reason: { readonly title: string; readonly fix: string | null } | null
  readonly mayReadPayload: boolean
}

/** One row with everything around it; headers only for who may see payloads. */
export async function viewEvent(member: Member, place: EventPlace): Promise<EventView | undefined> {
  const db = database()
  const [found, related] = await Promise.all([
    events.detail(db, member.tenant.id, place),
    events.related(db, member.tenant.id, place),
  ])
  if (found === undefined) return undefined
  const { facts } = found
  const mayReadPayload = members.may(member, 'payload.read')
  const [values, diagnosis] =
    facts.reason === null
      ? [undefined, null]
      : await Promise.all([fixValues(member, facts, found.problem), diagnosisOf(member, facts)])
  const isPaused = facts.reason === 'source_paused' && values?.source?.pausedAtMs != null
  return {
    ...found,
    http: mayReadPayload ? found.http : null,
    related,
    reason: reasonText(facts.reason, values) ?? null,
    diagnosis,
    mayResume: isPaused && members.may(member, 'sources.write'),
    mayReadPayload,
  }
}

export type Resolved =
  | { readonly kind: 'row'; readonly facts: EventFacts }
  | { readonly kind: 'request'; readonly items: RequestItems }
  | { readonly kind: 'absent' }

/** What a page of `/events/<id>` is about: an event, one item, or a request of several. */
export async function resolveEvent({ tenant }: Member, id: string, after?: number): Promise<Resolved> {
  const matches = await events.find(database(), tenant.id, id)
  const event = matches.find(({ by }) => by === 'event') ?? matches.find(({ by }) => by === 'item')
  const [row] = event?.rows ?? []
  if (row !== undefined) return { kind: 'row', facts: row }
  const request = matches.find(({ by }) => by === 'request')?.rows ?? []
  const [first] = request
  if (first === undefined || !isUuid(id)) return { kind: 'absent' }
  if (first.items === 1) return { kind: 'row', facts: request.find(({ outcome }) => outcome !== 'copy') ?? first }
  const items = await events.items(database(), tenant.id, { requestId: id as RequestId, after })
  return items === undefined ? { kind: 'absent' } : { kind: 'request', items }
}

/** `<request_id>` or `<request_id>.<item>`. */
export function readPlace(text: string): EventPlace | undefined {
  const match = /^([0-9a-f-]{36})(?:\.(\d{1,6}))?$/i.exec(text)
  const [, id = '', item = '0'] = match ?? []
  return isUuid(id) ? { requestId: id.toLowerCase() as RequestId, item: Number(item) } : undefined
}
