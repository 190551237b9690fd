import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cliJson } from './harness/cli.ts'
import { type Attempt, violations } from './harness/history.ts'
import { endIngests, type Ingest, startIngest } from './harness/ingest.ts'
import { cleanUp, type Mesh, startMesh } from './harness/mesh.ts'
import { until } from './harness/processes.ts'
import { query, readIndex, readLog } from './harness/records.ts'
import { attempt, send, sendUntilKept, type Target } from './harness/send.ts'

// The rows of reliability.md section 5 that need no broker and no Redis, with two ingest processes on one database.
let mesh: Mesh

beforeAll(async () => {
  mesh = await startMesh({ environment: { LOG_LEVEL: 'warn' } })
})
afterAll(cleanUp)

/** Claims are exclusive for this long (reliability.md, section 9). */
const leaseMs = 15_000

describe('a process that dies at a named point', () => {
  afterEach(endIngests)

  test.each([
    ['P0', 'after_validate', 0],
    ['P1', 'after_claim', 0],
    ['P2, P3', 'after_append', 1],
    ['P4', 'after_settle', 1],
  ] as const)(
    '%s %s: the retry elsewhere gets the same event, at most one lease later',
    async (row, failpoint, records) => {
      const dying = await startIngest(mesh, { EVENTMESH_FAILPOINT: failpoint })
      const key = `dies-${failpoint}`
      const history: Attempt[] = [await attempt(at(dying), key, '{"try":1}')]
      await dying.exited
      // Settling stands beside the answer: only there the sender may have got one.
      if (row !== 'P4') expect(history[0]?.ending).toBe('info')
      expect(await recordsOf(key)).toHaveLength(records)

      const startedAt = performance.now()
      const kept = await sendUntilKept(mesh, key, '{"try":1}', history, leaseMs + 10_000)
      expect(performance.now() - startedAt).toBeLessThan(leaseMs + 5_000)
      if (row === 'P1') expect(history.some(({ code }) => code === 'idempotency_in_flight')).toBe(true)
      if (row === 'P4') expect(kept.outcome).toBe('duplicate')
      expect(new Set((await recordsOf(key)).map(({ eventId }) => eventId))).toEqual(new Set([kept.eventId]))
      expect(violations(history, await readLog(mesh.dataDir))).toEqual([])
      await until('one effect', 20_000, async () => (await effectsOf(kept.eventId)) === 1)
    },
  )
})

describe('one key through two processes', () => {
  let other: Target
  beforeAll(async () => {
    other = at(await startIngest(mesh))
  })
  afterAll(endIngests)

  test('X1: a hundred senders at once get 202 or 409, and one event comes of it', async () => {
    const targets = [mesh, other]
    const history = await Promise.all(
      Array.from({ length: 100 }, (_, n) => attempt(targets[n % 2] ?? mesh, 'x1', '{"same":"bytes"}')),
    )
    expect(history.filter(({ status }) => status !== 202 && status !== 409)).toEqual([])
    expect(history.filter(({ outcome }) => outcome === 'accepted').length).toBeGreaterThan(0)
    expect(violations(history, await readLog(mesh.dataDir))).toEqual([])
    expect(new Set((await recordsOf('x1')).map(({ eventId }) => eventId)).size).toBe(1)
  })

  test('X2: another body under a settled key is 422 everywhere, and nowhere on the log', async () => {
    const history = [await attempt(mesh, 'x2', '{"body":1}')]
    await until(
      'the claim to be settled',
      10_000,
      async () => (await send(mesh, 'x2', '{"body":1}')).body.status === 'duplicate',
    )
    for (const target of [mesh, other]) {
      const refused = await attempt(target, 'x2', '{"body":2}')
      expect(refused).toMatchObject({ status: 422, code: 'idempotency_mismatch' })
      history.push(refused)
    }
    expect(violations(history, await readLog(mesh.dataDir))).toEqual([])
    expect(await recordsOf('x2')).toHaveLength(1)
  })

  test('X3: one key and body of two tenants, live and test, are four events', async () => {
    const { id } = await cliJson(mesh, 'tenant', 'create', 'other')
    const targets: Target[] = []
    for (const [tenant, tenantId] of [
      ['default', mesh.tenantId],
      ['other', id],
    ] as const) {
      for (const mode of ['live', 'test']) {
        const { key } = await cliJson(mesh, 'key', 'create', '--tenant', tenant, '--name', `x3-${mode}`, '--mode', mode)
        targets.push({ ingestUrl: mesh.ingestUrl, apiKey: key, tenantId })
      }
    }
    const history = await Promise.all(targets.map((target) => attempt(target, 'x3', '{"same":true}')))
    expect(history.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted', 'accepted'])
    expect(new Set(history.map(({ eventId }) => eventId)).size).toBe(4)
    expect(violations(history, await readLog(mesh.dataDir))).toEqual([])
  })

  test('X4: a retry with the rotated key through another process is the same event', async () => {
    const created = await cliJson(mesh, 'key', 'create', '--tenant', 'default', '--name', 'x4')
    const first = await send({ ...mesh, apiKey: created.key }, 'x4', '{"n":1}')
    expect(first.body.status).toBe('accepted')
    const rotated = await cliJson(mesh, 'key', 'rotate', created.id, '--overlap', '1h')
    for (const apiKey of [rotated.key, created.key]) {
      const again = await send({ ...other, apiKey }, 'x4', '{"n":1}')
      expect(again.body).toMatchObject({ status: 'duplicate', event_id: first.body.event_id })
      expect(again.headers.get('idempotency-replayed')).toBe('true')
    }
    expect(await recordsOf('x4')).toHaveLength(1)
  })

  test('S21: a revoked key is refused by both processes within 30 s', async () => {
    const { id, key } = await cliJson(mesh, 'key', 'create', '--tenant', 'default', '--name', 's21')
    const targets = [mesh, other].map((target) => ({ ...target, apiKey: key }))
    for (const target of targets) expect((await send(target, 's21', '{}')).status).toBe(202)
    await cliJson(mesh, 'key', 'revoke', id)
    for (const target of targets) {
      await until('the refusal', 30_000, async () => (await send(target, 's21', '{}')).body.code === 'key_revoked')
    }
  })
})

describe('the log on Postgres', () => {
  afterEach(endIngests)

  test('E3: a reader skips nothing while an append stays open, from whichever process', async () => {
    const slow = await startIngest(mesh, { EVENTMESH_FAILPOINT: 'after_append=delay:400' })
    const history = await Promise.all(
      Array.from({ length: 60 }, (_, n) => attempt(n % 2 === 0 ? at(slow) : mesh, `e3-${n}`, `{"n":${n}}`)),
    )
    expect(new Set(history.map(({ status }) => status))).toEqual(new Set([202]))
    const log = await readLog(mesh.dataDir)
    expect(violations(history, log)).toEqual([])
    expect(log.map(({ offset }) => offset)).toEqual(log.map((_, index) => index))
    await until('every event in the index', 20_000, async () => {
      const seen = new Set((await readIndex(mesh.dataDir)).map(({ event_id }) => event_id))
      return history.every(({ eventId }) => seen.has(eventId ?? null))
    })
  })

  test('D1: while Postgres is stopped a cached key gets 503 log_unavailable and never 401; afterwards all is well', async () => {
    expect((await send(mesh, 'd1-before', '{}')).status).toBe(202)
    const postgres = mesh.pid('postgres') ?? 0
    const backends = await query<{ pid: number }>(
      mesh.dataDir,
      'select pid from pg_stat_activity where pid <> pg_backend_pid()',
    )
    const pids = [postgres, ...backends.map(({ pid }) => pid)]
    const history: Attempt[] = []
    for (const pid of pids) signal(pid, 'SIGSTOP')
    try {
      const startedAt = performance.now()
      const during = await Promise.all(Array.from({ length: 4 }, (_, n) => attempt(mesh, `d1-${n}`, '{}')))
      history.push(...during)
      expect(performance.now() - startedAt).toBeLessThan(13_000)
      for (const { status, code } of during) {
        expect(status).toBe(503)
        expect(['log_unavailable', 'log_unknown', 'claims_unavailable']).toContain(code)
      }
      const unknown = await attempt({ ...mesh, apiKey: `em_test_${'0'.repeat(38)}` }, 'd1-unknown', '{}')
      expect([401, 503]).toContain(unknown.status)
    } finally {
      for (const pid of pids) signal(pid, 'SIGCONT')
    }
    for (let n = 0; n < 4; n += 1) await sendUntilKept(mesh, `d1-${n}`, '{}', history, 30_000)
    expect(violations(history, await readLog(mesh.dataDir))).toEqual([])
  })
})

function at(ingest: Ingest): Target {
  return { ingestUrl: ingest.ingestUrl, apiKey: mesh.apiKey, tenantId: mesh.tenantId }
}

async function recordsOf(key: string) {
  return (await readLog(mesh.dataDir)).filter((record) => record.key === key)
}

async function effectsOf(eventId: string | undefined) {
  const rows = await readIndex(mesh.dataDir)
  return rows.filter(({ event_id, outcome }) => event_id === eventId && outcome === 'accepted').length
}

/** A backend may have ended since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // ESRCH: nothing left to stop.
  }
}
