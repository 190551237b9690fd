import { hash } from 'node:crypto'
import type { Database } from '@eventmesh/db'
import { type EventId, MeshError } from '@eventmesh/envelope'
import {
  type ClaimAnswer,
  type ClaimKey,
  type ClaimRequest,
  type ClaimResult,
  type Claims,
  claimTimes,
  type SettleAnswer,
  type SettleRequest,
  type YieldRequest,
} from './claims.ts'
import { withDeadline } from './deadline.ts'
import { statementFault } from './fault.postgres.ts'
import { type Gather, gather } from './gather.ts'

export type PostgresClaimsOptions = { readonly leaseMs?: number; readonly pendingMs?: number }

const callKeysMax = 200
const callsMax = 2
const deadlineMs = 250
const purge = { everyMs: 10_000, blocks: 1_024 }

/**
 * Claims on Postgres (migration 0003_claims): one statement per event-loop turn for what is claimed, one for what is
 * settled, one for what is yielded. `database` stays the caller's: it closes it after `close`.
 */
export function openPostgresClaims(database: Database, options: PostgresClaimsOptions = {}): Claims {
  const leaseMs = options.leaseMs ?? claimTimes.leaseMs
  const pendingMs = options.pendingMs ?? claimTimes.pendingMs
  const { sql } = database

  const claims = gatherKeys<ClaimRequest, ClaimAnswer>({
    async call(requests) {
      const text = join(requests.map((request) => [...keyFields(request), request.fp, request.owner]))
      const rows = await sql<ClaimRow[]>`select * from claim_take(${text}, ${leaseMs}, ${pendingMs})`
      return inOrder(requests, rows, toClaimAnswer)
    },
    sameAs: (leader, follower) => leader.fp === follower.fp,
    // The leader won the claim for itself: to another owner of the same bytes the event is in flight.
    follow: (answer, leader, follower) =>
      answer.state === 'won' && leader.owner !== follower.owner
        ? { state: 'in-flight', retryAfterMs: leaseMs }
        : answer,
  })

  const settles = gatherKeys<SettleRequest, SettleAnswer>({
    async call(requests) {
      const text = join(
        requests.map(({ result, ttlMs, ...request }) => [
          ...keyFields(request),
          request.fp,
          result.eventId,
          String(result.acceptedAtMs),
          String(result.partition),
          String(result.offset),
          String(ttlMs),
        ]),
      )
      const rows = await sql<ResultRow[]>`select * from claim_settle(${text})`
      return inOrder(requests, rows, toSettleAnswer)
    },
    sameAs: (leader, follower) => leader.fp === follower.fp,
    follow: (answer, leader) => (answer.state === 'stored' ? { state: 'already', result: leader.result } : answer),
  })

  const yields = gatherKeys<YieldRequest, undefined>({
    async call(requests) {
      const text = join(requests.map((request) => [...keyFields(request), request.owner]))
      await sql`select claim_yield(${text})`
      return requests.map(() => undefined)
    },
    sameAs: (leader, follower) => leader.owner === follower.owner,
    follow: (answer) => answer,
  })

  const purging = startPurging(database)
  return {
    claim: claims.ask,
    settle: settles.ask,
    async yield(requests) {
      await yields.ask(requests)
    },
    async reset() {
      try {
        const [row] = await sql<{ dropped: string }[]>`select claim_reset() as dropped`
        return Number(row!.dropped)
      } catch (error) {
        throw unavailable(`postgres: ${statementFault(error).code}`)
      }
    },
    check: () => check(database),
    async close() {
      await Promise.all([claims.drain(), settles.drain(), yields.drain()])
      await purging.end()
    },
  }
}

type Calls<Request, Answer> = {
  readonly call: (requests: readonly Request[]) => Promise<readonly Answer[]>
  readonly sameAs: (leader: Request, follower: Request) => boolean
  readonly follow: (answer: Answer, leader: Request, follower: Request) => Answer
}

function gatherKeys<Request extends ClaimKey, Answer>(calls: Calls<Request, Answer>): Gather<Request, Answer> {
  return gather({
    ...calls,
    async call(requests) {
      try {
        return await calls.call(requests)
      } catch (error) {
        throw unavailable(`postgres: ${statementFault(error).code}`)
      }
    },
    apartBy: (request) => `${request.tenantId} ${request.scope} ${request.key}`,
    callRequestsMax: callKeysMax,
    callsMax,
    deadlineMs,
    late: () => unavailable(`no answer within ${deadlineMs} ms`),
  })
}

// The driver's error is not passed on as a cause: it holds the statement's parameters.
function unavailable(detail: string): MeshError {
  return new MeshError('claims_unavailable', `claims did not answer: ${detail}`)
}

const fieldSeparator = '\u001f'
const requestSeparator = '\u001e'

function keyFields({ tenantId, scope, key }: ClaimKey): readonly string[] {
  return [tenantId, scope, hash('sha256', key, 'hex')]
}

function join(requests: readonly (readonly string[])[]): string {
  for (const field of requests.flat()) {
    if (field.includes(fieldSeparator) || field.includes(requestSeparator)) {
      throw new TypeError('claim: control character in scope, fingerprint or owner')
    }
  }
  return requests.map((fields) => fields.join(fieldSeparator)).join(requestSeparator)
}

type ResultRow = {
  n: number
  state: string
  fp: string
  event_id: EventId
  accepted_at_ms: string
  log_partition: number
  log_offset: string
}
type ClaimRow = ResultRow & { retry_after_ms: number }

function inOrder<Row extends { n: number }, Answer>(
  requests: readonly unknown[],
  rows: readonly Row[],
  toAnswer: (row: Row) => Answer,
): readonly Answer[] {
  const answers: Answer[] = new Array(requests.length)
  for (const row of rows) answers[row.n - 1] = toAnswer(row)
  if (rows.length !== requests.length) throw new Error(`${requests.length} requests, ${rows.length} answers`)
  return answers
}

function toClaimAnswer(row: ClaimRow): ClaimAnswer {
  switch (row.state) {
    case 'won':
      return { state: 'won' }
    case 'settled':
      return { state: 'settled', result: toResult(row) }
    case 'conflict':
      return { state: 'conflict', fp: row.fp }
    default:
      return { state: 'in-flight', retryAfterMs: Math.max(1, Math.ceil(row.retry_after_ms)) }
  }
}

function toSettleAnswer(row: ResultRow): SettleAnswer {
  switch (row.state) {
    case 'stored':
      return { state: 'stored' }
    case 'already':
      return { state: 'already', result: toResult(row) }
    default:
      return { state: 'conflict', fp: row.fp }
  }
}

function toResult(row: ResultRow): ClaimResult {
  return {
    eventId: row.event_id,
    acceptedAtMs: Number(row.accepted_at_ms),
    partition: row.log_partition,
    offset: Number(row.log_offset),
  }
}

async function check(database: Database): ReturnType<Claims['check']> {
  try {
    const [row] = await withDeadline(
      deadlineMs,
      database.sql<{ version: string; standby: boolean; claims: string | null }[]>`
        select current_setting('server_version') as version, pg_is_in_recovery() as standby, to_regclass('claim')::text as claims`,
      () => new Error('no answer'),
    )
    if (row!.claims === null) return { ok: false, detail: 'claims have no table: run the migrations' }
    if (row!.standby) return { ok: false, detail: `postgres ${row!.version}: a read-only standby` }
    return { ok: true, detail: `postgres ${row!.version}` }
  } catch (error) {
    return { ok: false, detail: `postgres: ${statementFault(error).code}` }
  }
}

/** Walks the table in stretches of blocks, for ever; every process does, and what one deletes the others do not find. */
function startPurging(database: Database): { end(): Promise<void> } {
  let fromBlock = 0
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= purgeStretch().finally(() => {
      running = undefined
    })
  }, purge.everyMs).unref()

  async function purgeStretch(): Promise<void> {
    try {
      const [row] = await database.sql<{ next: string }[]>`select claim_purge(${fromBlock}, ${purge.blocks}) as next`
      fromBlock = Number(row!.next)
    } catch {
      // Expired rows only take room; the next stretch comes in ten seconds.
    }
  }

  return {
    async end() {
      clearInterval(timer)
      await running
    },
  }
}
