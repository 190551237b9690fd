import type { Database } from '@eventmesh/db'
import { type AppendLimits, appendLimits, createAppender } from './append.postgres.ts'
import { withDeadline } from './deadline.ts'
import { statementFault } from './fault.postgres.ts'
import type { Log, ReadOptions, StoredRecord, Subscription } from './log.ts'
import { createRanges } from './ranges.postgres.ts'
import { createRecords, type Records } from './records.postgres.ts'
import { type SubscribeTimes, subscribe, subscribeTimes } from './subscribe.postgres.ts'
import { createWake, type Wake } from './wake.postgres.ts'

export type PostgresLogOptions = {
  readonly limits?: Partial<AppendLimits>
  readonly times?: Partial<SubscribeTimes>
}

const checkMs = 2_000
const readRecordsMax = 500
const readBytesMax = 8 * 1024 * 1024
const readPollMs = 500

/**
 * The log on Postgres: one partition per topic, its head row updated in the append's transaction (migration 0002_log).
 * Opens no connection of its own but the one that listens. `database` stays the caller's: it closes it after `close`.
 */
export function openPostgresLog(database: Database, options: PostgresLogOptions = {}): Log {
  const limits = { ...appendLimits, ...options.limits }
  const times = { ...subscribeTimes, ...options.times }
  const ranges = createRanges(database)
  const wake = createWake(database)
  const records = createRecords(database)
  const appender = createAppender(database, { ranges, wake, limits })
  const subscriptions = new Set<Subscription>()
  const closing = new AbortController()

  return {
    append: appender.append,
    async subscribe(given) {
      const subscription = subscribe(given, { database, records, wake, times })
      subscriptions.add(subscription)
      return {
        lag: subscription.lag,
        async stop() {
          subscriptions.delete(subscription)
          await subscription.stop()
        },
      }
    },
    read: (topic, given) => read(topic, given, { records, wake, closing: closing.signal }),
    check: () => check(database, () => ranges.failure()),
    async close() {
      closing.abort()
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()))
      await appender.close()
      await wake.close()
      await ranges.close()
    },
  }
}

async function* read(
  topic: StoredRecord['topic'],
  { from, limit = Number.POSITIVE_INFINITY, signal }: ReadOptions,
  { records, wake, closing }: { readonly records: Records; readonly wake: Wake; readonly closing: AbortSignal },
): AsyncGenerator<StoredRecord, void, undefined> {
  const ended = signal === undefined ? closing : AbortSignal.any([closing, signal])
  const bell = wake.bell(topic)
  try {
    let next = await firstOffset(from, () => records.bounds(topic))
    let left = limit
    while (left > 0 && !ended.aborted) {
      const recordsMax = Math.min(left, readRecordsMax)
      const batch = await records.fetch(topic, { from: next, recordsMax, bytesMax: readBytesMax })
      for (const record of batch) {
        if (ended.aborted) return
        yield record
        next = record.offset + 1
        left -= 1
      }
      if (batch.length > 0) continue
      await bell.wait(readPollMs, ended)
      next = Math.max(next, (await records.bounds(topic)).start)
    }
  } finally {
    bell.remove()
  }
}

async function firstOffset(from: string, bounds: () => Promise<{ start: number; end: number }>): Promise<number> {
  if (from === 'beginning') return (await bounds()).start
  if (from === 'end') return (await bounds()).end
  if (!/^\d{1,15}$/.test(from))
    throw new RangeError('not a position of this log: expected beginning, end or a position')
  return Number(from) + 1
}

type Settings = {
  version: string
  fsync: string
  full_page_writes: string
  synchronous_commit: string
  standby: boolean
}

/** `unsafe`: settings under which a crash may take acknowledged records along. */
async function check(
  database: Database,
  rollFailure: () => string | undefined,
): Promise<Awaited<ReturnType<Log['check']>>> {
  try {
    const [row] = await withDeadline(
      checkMs,
      database.sql<(Settings & { heads: string })[]>`
        select current_setting('server_version') as version, current_setting('fsync') as fsync,
          current_setting('full_page_writes') as full_page_writes, current_setting('synchronous_commit') as synchronous_commit,
          pg_is_in_recovery() as standby, (select count(*) from log_head) as heads`,
      () => new Error('no answer'),
    )
    const settings = row!
    const unsafe = unsafeSettings(settings)
    const problems = [
      ...(settings.standby ? ['the server is a read-only standby'] : []),
      ...(rollFailure() === undefined ? [] : [`the last log_roll() failed: ${rollFailure()}`]),
    ]
    const detail = [`postgres ${settings.version}`, ...unsafe, ...problems].join('; ')
    return { ok: !settings.standby, detail, unsafe }
  } catch (error) {
    const { code } = statementFault(error)
    const detail = code === '42P01' ? 'the log has no tables: run the migrations' : `postgres: ${code}`
    return { ok: false, detail, unsafe: [] }
  }
}

function unsafeSettings(settings: Settings): readonly string[] {
  const unsafe: string[] = []
  if (settings.fsync !== 'on') unsafe.push('fsync is off')
  if (settings.full_page_writes !== 'on') unsafe.push('full_page_writes is off')
  // `remote_apply` waits for more than `on`; `local` and `remote_write` leave a synchronous standby's disk out.
  if (!['on', 'remote_apply'].includes(settings.synchronous_commit)) {
    unsafe.push(`synchronous_commit is ${settings.synchronous_commit}`)
  }
  return unsafe
}
