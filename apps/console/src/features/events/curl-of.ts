import type { EventRow } from './event-row.ts'

/** The request again, as a command; the key is a variable. */
export function curlOf(row: EventRow, payload: string): string {
  const body = `{"event_type":${JSON.stringify(row.eventType)},"payload":${payload}}`
  return [
    'curl -sS "$EVENTMESH_INGEST_URL/v1/events" \\',
    '  -H "Authorization: Bearer $EVENTMESH_API_KEY" \\',
    ...(row.idempotencyKey === null ? [] : [`  -H ${quoted(`Idempotency-Key: ${row.idempotencyKey}`)} \\`]),
    '  -H "Content-Type: application/json" \\',
    `  -d ${quoted(body)}`,
  ].join('\n')
}

/** For a POSIX shell, whatever stands in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
