import { checkRecord, type Log, type LogRecord, type StoredRecord } from '@eventmesh/bus'
import { MeshError } from '@eventmesh/envelope'

/** Why a consumer gave a record up. `failed`: its effect failed at every try. */
export type DeadReason = 'unreadable' | 'forged' | 'failed'

export type DeadLetter = { readonly record: StoredRecord; readonly reason: DeadReason; readonly detail: string }

const appendDeadlineMs = 10_000
// Of a record that is too large to be kept with the headers that say why.
const cutBytes = 64 * 1024

/**
 * Keeps given-up records on `dead-letters`: key, value and headers as they were, and where and why in `em-dead-*`.
 * Throws unless every one is durable there: the caller's position must not pass them before.
 */
export async function bury(log: Log, group: string, letters: readonly DeadLetter[]): Promise<void> {
  if (letters.length === 0) return
  const records = letters.map((letter) => toRecord(group, letter))
  const results = await log.append('dead-letters', records, { deadlineMs: appendDeadlineMs })
  const failed = results.find((result) => result.status !== 'appended')
  if (failed === undefined) return
  throw new MeshError('log_unavailable', `a dead letter was not appended: ${failed.status}`, { retryable: true })
}

function toRecord(group: string, { record, reason, detail }: DeadLetter): LogRecord {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(record.headers)) headers[clean(name)] = clean(value)
  headers['em-dead-topic'] = record.topic
  headers['em-dead-partition'] = String(record.partition)
  headers['em-dead-offset'] = String(record.offset)
  headers['em-dead-group'] = group
  headers['em-dead-reason'] = reason
  headers['em-dead-detail'] = clean(detail.slice(0, 1_000))
  const whole: LogRecord = {
    key: clean(record.key),
    value: record.value,
    headers,
    ...(record.exactBody === undefined ? {} : { exactBody: record.exactBody }),
  }
  return fits(whole) ? whole : encoded(whole)
}

/** What no log may hold as it is (bytes that are not JSON text, or too many) is kept as base64, cut if it must be. */
function encoded({ key, value, headers }: LogRecord): LogRecord {
  const base64: LogRecord = {
    key,
    value: Buffer.from(JSON.stringify({ base64: value.toString('base64') })),
    headers: { ...headers, 'em-dead-encoding': 'base64' },
  }
  if (fits(base64)) return base64
  return {
    key: key.slice(0, 1_000),
    value: Buffer.from(JSON.stringify({ base64: value.subarray(0, cutBytes).toString('base64') })),
    headers: {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('em-dead-'))),
      'em-dead-encoding': 'base64',
      'em-dead-cut': String(value.length),
    },
  }
}

function fits(record: LogRecord): boolean {
  try {
    checkRecord(record)
    return true
  } catch {
    // The log's own check is the only judge of what it takes.
    return false
  }
}

function clean(text: string): string {
  return text.toWellFormed().replace(/\p{Cc}/gu, '?')
}
