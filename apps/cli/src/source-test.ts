import { setTimeout as wait } from 'node:timers/promises'
import {
  type Database,
  type EventRow,
  events,
  type NamedSource,
  sources,
  type Verification,
  verifications,
} from '@eventmesh/db'
import { fixText, isReasonCode } from '@eventmesh/envelope'
import { providers } from '@eventmesh/providers'
import { type Answer, type Command, command } from './command.ts'
import { duration, withDefault } from './option.ts'
import { onSource } from './source.ts'
import { fields } from './table.ts'
import { CommandError } from './usage.ts'

const pollMs = 300
/** How long the index may take to show what ingest accepted. */
const indexMs = 10_000

export const sourceTestCommand: Command = command({
  name: 'source test',
  summary:
    'Waits for the next delivery to a source and says what became of it: proved or not, why, and how to mend it.',
  operands: { id: '<id>' },
  options: { wait: withDefault('<duration>', 'how long to wait for a delivery (default 2m)', duration, 120_000) },
  notes: 'Exit 1 when the delivery is refused, and when none comes.',
  run: ({ environment, operands: { id }, options, note, signal }) =>
    onSource(environment, id, async (db, source) => {
      const found = await sources.get(db, source)
      const provider = found && providers.get(found.provider)
      const seen = new Set((await newest(db, source)).map(({ requestId }) => requestId))
      note(
        `eventmesh: waiting for a delivery to ${found?.name ?? id}${provider === undefined ? '' : `. ${provider.name}: ${provider.test}`}`,
      )
      const until = performance.now() + options.wait
      while (!signal.aborted && performance.now() < until) {
        const next = (await newest(db, source)).findLast(({ requestId }) => !seen.has(requestId))
        if (next !== undefined) return shown(next.verification, await rowOf(db, source, next, signal))
        await pause(pollMs, signal)
      }
      throw new CommandError('no delivery came; is the address registered at the provider, and can it reach ingest?')
    }),
})

type Delivery = { readonly requestId: string; readonly verification?: Verification; readonly row?: EventRow }

/** The newest deliveries, the newest first: as ingest proved them, and as the index has them. */
async function newest(db: Database, { tenantId, id }: NamedSource): Promise<readonly Delivery[]> {
  const [proved, listed] = await Promise.all([
    verifications.list(db, { tenantId, sourceId: id }),
    events.list(db, tenantId, { q: `source:${id}`, limit: 20 }),
  ])
  const rows = listed.ok ? listed.events.map(({ row }) => row) : []
  const known = new Map<string, Delivery>()
  for (const row of rows.toReversed()) known.set(row.request_id, { requestId: row.request_id, row })
  for (const verification of proved.toReversed()) {
    const { requestId } = verification
    known.set(requestId, { ...known.get(requestId), requestId, verification })
  }
  // Request ids are UUIDs of version 7: their order is that of time.
  return [...known.values()].sort((a, b) => (a.requestId < b.requestId ? 1 : -1))
}

/** What the index says of a proved delivery; of a refused one everything is known already. */
async function rowOf(
  db: Database,
  source: NamedSource,
  delivery: Delivery,
  signal: AbortSignal,
): Promise<EventRow | undefined> {
  const until = performance.now() + indexMs
  while (!signal.aborted && performance.now() < until) {
    const row = (await newest(db, source)).find(({ requestId }) => requestId === delivery.requestId)?.row
    if (row !== undefined || delivery.verification?.verdict === 'fail') return row
    await pause(pollMs, signal)
  }
  return delivery.row
}

function shown(verification: Verification | undefined, row: EventRow | undefined): Answer {
  const reason = verification?.reason ?? row?.reason ?? null
  const report = {
    request_id: verification?.requestId ?? row?.request_id ?? null,
    proof: verification === undefined ? null : verification.verdict,
    outcome: row?.outcome ?? (verification?.verdict === 'fail' && reason !== 'auth_unavailable' ? 'rejected' : null),
    reason,
    diagnosis: verification?.diagnosis ?? row?.diagnosis ?? null,
    detail: verification?.detail ?? null,
    fix:
      reason !== null && isReasonCode(reason)
        ? fixText(reason, { nowMs: Date.now(), detail: verification?.detail ?? undefined })
        : null,
    event_type: row?.event_type ?? null,
    event_id: row?.event_id ?? null,
    idempotency_key: row?.idempotency_key ?? null,
  }
  const evidence = verification?.evidence ?? {}
  return {
    isGood: reason === null,
    json: () => JSON.stringify({ ...report, evidence }),
    human: () => fields([...Object.entries(report), ...Object.entries(evidence)].filter(([, value]) => value !== null)),
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {
    // Stopped while waiting: the loop's condition ends it.
  })
}
