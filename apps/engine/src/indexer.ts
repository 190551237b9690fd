import { type Batch, FencedError, failpoint, type Log, type StoredRecord } from '@eventmesh/bus'
import {
  type Database,
  DatabaseError,
  type IndexEntry,
  indexWriter,
  type Transaction,
  type WriteResult,
} from '@eventmesh/db'
import { MeshError } from '@eventmesh/envelope'
import type { createOriginCheck } from './check-origin.ts'
import { bury, type DeadLetter } from './dead-letter.ts'
import { readRecord } from './read-record.ts'

export const indexerGroup = 'indexer'
export const indexedTopics = ['events', 'outcomes', 'quarantine'] as const

export type IndexerDeps = {
  readonly db: Database
  readonly log: Log
  readonly checkOrigins: ReturnType<typeof createOriginCheck>
  /** Tries of a batch before the record that makes it fail is looked for. */
  readonly triesMax: number
  readonly onIndexed: (topic: Batch['topic'], result: WriteResult, entries: readonly IndexEntry[]) => void
  readonly onDead: (letter: DeadLetter) => void
}

/** Longer than any statement may take: a handler ends whatever the server does. */
const transactionDeadlineMs = 45_000

/**
 * The handler of the log's batches. Effect and position move in one transaction:
 *
 *   read ─unreadable, forged▶ dead letter        write index ▶ advance position ▶ commit
 *   failing for the record's sake, triesMax times ▶ halve the batch until it is alone ▶ dead letter, the rest goes on
 *   failing for the database's sake ▶ the same batch again, for ever
 */
export function createIndexer(deps: IndexerDeps): { handle(batch: Batch): Promise<void> } {
  const failures = new Map<string, number>()
  const buried = new Set<string>()

  async function handle(batch: Batch): Promise<void> {
    await failpoint('before_effect')
    const partition = `${batch.topic}/${batch.partition}`
    try {
      await index(batch.topic, batch.records, (tx) => batch.advance(tx))
    } catch (error) {
      const tries = (failures.get(partition) ?? 0) + 1
      if (!isRecordsFault(error)) throw error
      failures.set(partition, tries)
      if (tries < deps.triesMax) throw error
      await giveUp(await failing(batch.topic, batch.records))
      await deps.db.transaction((tx) => batch.advance(tx), { deadlineMs: transactionDeadlineMs })
    }
    failures.delete(partition)
    await failpoint('after_commit')
  }

  async function index(
    topic: Batch['topic'],
    records: readonly StoredRecord[],
    advance: (tx: Transaction) => Promise<void> = async () => {},
  ): Promise<void> {
    const { entries, dead } = await read(records)
    await giveUp(dead)
    const result = await deps.db.transaction(
      async (tx) => {
        const written = await indexWriter.write(tx, entries)
        await advance(tx)
        await failpoint('after_effect')
        return written
      },
      { deadlineMs: transactionDeadlineMs },
    )
    deps.onIndexed(topic, result, entries)
  }

  async function read(records: readonly StoredRecord[]): Promise<{ entries: IndexEntry[]; dead: DeadLetter[] }> {
    const dead: DeadLetter[] = []
    const readable = records.flatMap((record) => {
      const it = readRecord(record)
      if (it.ok) return { record, entry: it.entry, origin: it.origin }
      dead.push({ record, reason: it.reason, detail: it.detail })
      return []
    })
    const verdicts = await deps.checkOrigins(readable.map(({ origin }) => origin))
    const entries: IndexEntry[] = []
    for (const [at, { record, entry }] of readable.entries()) {
      const detail = verdicts[at]
      if (detail === undefined) entries.push(entry)
      else dead.push({ record, reason: 'forged', detail })
    }
    return { entries, dead: dead.toSorted((a, b) => a.record.offset - b.record.offset) }
  }

  /** Indexes what can be indexed, in order and without moving the position (a repeat changes nothing); answers the rest. */
  async function failing(topic: Batch['topic'], records: readonly StoredRecord[]): Promise<DeadLetter[]> {
    try {
      await index(topic, records)
      return []
    } catch (error) {
      if (!isRecordsFault(error)) throw error
      const [record, another] = records
      if (record === undefined) throw error
      if (another === undefined) return [{ record, reason: 'failed', detail: describe(error) }]
      const middle = Math.ceil(records.length / 2)
      return [...(await failing(topic, records.slice(0, middle))), ...(await failing(topic, records.slice(middle)))]
    }
  }

  // A batch that comes again in this process does not bury its dead twice; after a crash it may.
  async function giveUp(letters: readonly DeadLetter[]): Promise<void> {
    const fresh = letters.filter(({ record }) => !buried.has(place(record)))
    await bury(deps.log, indexerGroup, fresh)
    if (buried.size + fresh.length > 10_000) buried.clear()
    for (const letter of fresh) {
      buried.add(place(letter.record))
      deps.onDead(letter)
    }
  }

  return { handle }
}

function place(record: StoredRecord): string {
  return `${record.topic}/${record.partition}/${record.offset}`
}

/**
 * Whether an error can be some record's doing. What the database says about itself (gone, busy, out of disk, a timeout,
 * a missing grant or table) is nobody's record, and a fenced member has no say at all.
 */
function isRecordsFault(error: unknown): boolean {
  if (error instanceof FencedError || error instanceof MeshError) return false
  if (!(error instanceof DatabaseError)) return true
  // Cardinality, data, integrity and program limits (SQLSTATE classes, PostgreSQL documentation, appendix A).
  return ['21', '22', '23', '54'].includes(error.sqlState?.slice(0, 2) ?? '')
}

function describe(error: unknown): string {
  if (error instanceof DatabaseError) return error.message
  return error instanceof Error ? error.name : 'unknown error'
}
