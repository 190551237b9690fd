import { connect } from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'

/** A record of the events topic, read with plain SQL: neither the reader nor the index under test is believed. */
export type LoggedEvent = {
  readonly offset: number
  readonly tenantId: string
  /** native, native-test or a source's id */
  readonly scope: string
  readonly eventId: string
  readonly key: string
  /** The bytes that stand behind `"payload":`. */
  readonly payload: string
  readonly dedupe: string
}

export async function readLog(dataDir: string): Promise<readonly LoggedEvent[]> {
  const rows = await query<{ offset: string; headers: string; value: string }>(
    dataDir,
    `select "offset", headers, value from log_record where topic = 'events' order by "offset"`,
  )
  return rows.map(({ offset, headers, value }) => {
    const envelope = JSON.parse(value)
    const header = JSON.parse(headers)
    return {
      offset: Number(offset),
      tenantId: envelope.tenant_id,
      scope: header['em-source'],
      eventId: envelope.event_id,
      key: envelope.idempotency_key,
      payload: value.slice(value.indexOf(',"payload":') + ',"payload":'.length, -1),
      dedupe: header['em-dedupe'],
    }
  })
}

export type IndexedItem = {
  readonly event_id: string | null
  readonly outcome: string
  readonly idempotency_key: string | null
}

/** The rows of the index, of every tenant. */
export async function readIndex(dataDir: string): Promise<readonly IndexedItem[]> {
  return await query<IndexedItem>(dataDir, 'select event_id, outcome, idempotency_key from event_index')
}

/** One statement on the embedded server as its superuser, whom row-level security does not bind. */
export async function query<Row>(dataDir: string, statement: string): Promise<readonly Row[]> {
  const urls = await joinEmbedded(dataDir)
  if (!urls) throw new Error(`no embedded server runs in ${dataDir}`)
  const db = connect({
    url: urls.superuser,
    max: 1,
    acquireTimeoutMs: 10_000,
    statementTimeoutMs: 30_000,
    applicationName: 'eventmesh-e2e',
  })
  try {
    return (await db.sql.unsafe(statement)) as unknown as readonly Row[]
  } finally {
    await db.close()
  }
}
