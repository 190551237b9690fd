import { expect, test } from 'vitest'
import type { EventRow } from './event-row.ts'
import { exportHead, exportRows } from './export-rows.ts'

// Ids are texts of their own kinds: of a hand-made row nothing can make them but a cast.
const row: EventRow = {
  requestId: '01a2151c-7ab2-761f-944b-a278a2e17d04',
  item: 1,
  items: 3,
  outcome: 'accepted',
  reason: null,
  eventId: '52d4061b-5b99-8553-90d9-b9121e7d78d9',
  eventType: '=cmd|"/C calc"!A0',
  idempotencyKey: '+1,2',
  source: { id: null, name: '@native' },
  key: { id: '01a2151b-0000-7000-8000-000000000001', name: '-prod "main"\nkey', display: null },
  mode: 'live',
  receivedAt: '2026-11-25T13:32:58.024Z',
  occurredAt: null,
  appendedAt: '2026-11-25T13:32:58.030Z',
  indexedAt: '2026-11-25T13:32:58.040Z',
  size: 27,
  status: null,
  latencyMs: 6,
  ip: '10.0.0.5',
  traceId: null,
  dedupe: 'claimed',
  diagnosis: null,
  seq: 1,
} as unknown as EventRow

test('writes CSV that a spreadsheet reads as text', () => {
  expect(exportHead('csv') + exportRows('csv', [row], 'Europe/Berlin')).toBe(
    [
      'received_at,outcome,reason,event_type,event_id,request_id,item,items,source,key,key_id,mode,idempotency_key,occurred_at,size,status,latency_ms,ip,trace_id,diagnosis',
      `2026-11-25T14:32:58.024+01:00,accepted,,"'=cmd|""/C calc""!A0",52d4061b-5b99-8553-90d9-b9121e7d78d9,01a2151c-7ab2-761f-944b-a278a2e17d04,1,3,'@native,"'-prod ""main""\nkey",01a2151b-0000-7000-8000-000000000001,live,"'+1,2",,27,,6,10.0.0.5,,`,
      '',
    ].join('\r\n'),
  )
})

test('writes NDJSON with the values as they are', () => {
  const text = exportRows('ndjson', [row, row], 'UTC')
  const lines = text.trimEnd().split('\n')
  expect(lines).toHaveLength(2)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    received_at: '2026-11-25T13:32:58.024Z',
    event_type: '=cmd|"/C calc"!A0',
    idempotency_key: '+1,2',
    occurred_at: null,
    latency_ms: 6,
  })
  expect(exportHead('ndjson')).toBe('')
})
