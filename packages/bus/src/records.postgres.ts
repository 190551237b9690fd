import type { Database } from '@eventmesh/db'
import type { Topic } from '@eventmesh/envelope'
import { MeshError } from '@eventmesh/envelope'
import { withDeadline } from './deadline.ts'
import type { StoredRecord } from './log.ts'

/** Reads `log_record`. A statement that gives no answer in time rejects, and the reader tries again on another connection. */
export type Records = {
  /** From `from` on: at most `recordsMax`, and together at most `bytesMax` unless the first alone is larger. */
  fetch(topic: Topic, range: { from: number; recordsMax: number; bytesMax: number }): Promise<readonly StoredRecord[]>
  /** The earliest offset that is still there, and the one that the next append gets. */
  bounds(topic: Topic): Promise<{ readonly start: number; readonly end: number }>
  ends(topics: readonly Topic[]): Promise<ReadonlyMap<Topic, number>>
}

const answerMs = 35_000

type Row = {
  offset: string
  key: string
  headers: string
  exact_body: Buffer | null
  value: string
  appended_at_ms: string
}

export function createRecords(database: Database): Records {
  const { sql } = database
  return {
    async fetch(topic, { from, recordsMax, bytesMax }) {
      // `octet_length` reads the stored length: what the byte limit cuts off is neither fetched nor decompressed. The
      // upper bound on the offset lets the planner leave all other ranges out; offsets have no gaps.
      const rows = await inTime(sql<Row[]>`
        select "offset", key, headers, exact_body, value, (extract(epoch from appended_at) * 1000)::bigint as appended_at_ms
        from (
          select *, row_number() over by_offset as nth,
            sum(octet_length(value) + coalesce(octet_length(exact_body), 0)) over by_offset as bytes
          from log_record
          where topic = ${topic} and "offset" >= ${from} and "offset" < ${from + recordsMax}
          window by_offset as (order by "offset" rows unbounded preceding)
        ) as ahead
        where bytes <= ${bytesMax} or nth = 1
        order by "offset"`)
      return rows.map((row) => toRecord(topic, row))
    },
    async bounds(topic) {
      const [row] = await inTime(sql<{ start: string; end: string }[]>`
        select coalesce((select min("offset") from log_record where topic = ${topic}), next_offset) as start, next_offset as end
        from log_head where topic = ${topic}`)
      if (!row) throw new MeshError('log_unavailable', `the log has no topic ${topic}: run the migrations`)
      return { start: Number(row.start), end: Number(row.end) }
    },
    async ends(topics) {
      const rows = await inTime(sql<{ topic: Topic; next_offset: string }[]>`
        select topic, next_offset from log_head where topic in ${sql(topics)}`)
      return new Map(rows.map((row) => [row.topic, Number(row.next_offset)]))
    },
  }
}

function inTime<T>(work: PromiseLike<T>): Promise<T> {
  return withDeadline(answerMs, work, () => new MeshError('log_unavailable', `no answer within ${answerMs} ms`))
}

function toRecord(topic: Topic, row: Row): StoredRecord {
  return {
    topic,
    partition: 0,
    offset: Number(row.offset),
    position: row.offset,
    appendedAtMs: Number(row.appended_at_ms),
    key: row.key,
    headers: JSON.parse(row.headers) as Record<string, string>,
    value: Buffer.from(row.value, 'utf8'),
    ...(row.exact_body === null ? {} : { exactBody: row.exact_body }),
  }
}
