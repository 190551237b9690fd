import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { cliJson } from './harness/cli.ts'
import { violations } from './harness/history.ts'
import { endIngests, type Ingest, startIngest } from './harness/ingest.ts'
import { cleanUp, type Mesh, startMesh } from './harness/mesh.ts'
import { until } from './harness/processes.ts'
import { readIndex, readLog } from './harness/records.ts'
import { attempt, send, type Target } from './harness/send.ts'

// Two ingest processes on the embedded database, with the keys that the command line makes. The rows of reliability.md
// section 5 that ask nothing of an embedded server run on both pairs of adapters: pairs/.
let mesh: Mesh

beforeAll(async () => {
  mesh = await startMesh({ environment: { LOG_LEVEL: 'warn' } })
})
afterAll(cleanUp)

describe('one key through two processes', () => {
  let other: Target
  beforeAll(async () => {
    other = at(await startIngest(mesh))
  })
  afterAll(endIngests)

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
})

function at(ingest: Ingest): Target {
  return { ingestUrl: ingest.ingestUrl, apiKey: mesh.apiKey, tenantId: mesh.tenantId }
}

async function recordsOf(key: string) {
  return (await readLog(mesh.dataDir)).filter((record) => record.key === key)
}
