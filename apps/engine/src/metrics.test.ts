import { openLog } from '@eventmesh/bus'
import { connect, type Database, indexUpkeep } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { type KeyId, newUuid, type TenantId, topics } from '@eventmesh/envelope'
import { createLogger, createMetrics, readEnvironment } from '@eventmesh/runtime'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { engineVariables } from './config.ts'
import { runIndexer } from './run-indexer.ts'
import { sampleOutcome, sampleRecord } from './sample-record.ts'

const tenantId = newUuid() as TenantId
const keyId = newUuid() as KeyId

let test: TestDatabase
let engine: Database
let superuser: Database

beforeEach(async () => {
  test = await testDatabase()
  const options = { statementTimeoutMs: 30_000, acquireTimeoutMs: 10_000, applicationName: 'test' }
  engine = connect({ ...options, url: test.urls.engine, role: 'engine', max: 8 })
  superuser = connect({ ...options, url: test.urls.superuser, max: 1 })
  await indexUpkeep.roll(engine)
  await superuser.sql`insert into tenant (id, slug, name) values (${tenantId}, 'canary-tenant', 'a')`
  await superuser.sql`insert into api_key (tenant_id, id, name, mode, hash, last_four)
    values (${tenantId}, ${keyId}, 'k', 'live', ${Buffer.alloc(32, 1)}, 'aaaa')`
})

afterEach(async () => {
  await Promise.all([engine.close(), superuser.close()])
  await test.close()
})

it('tells how far the index is behind, in labels of bounded sets alone', async () => {
  const log = await openLog({ database: engine })
  const given = { tenantId, keyId, eventType: 'canary.type' }
  await log.append('events', [sampleRecord(given), sampleRecord(given)], { deadlineMs: 10_000 })
  await log.append('outcomes', [sampleOutcome({ tenantId, keyId })], { deadlineMs: 10_000 })
  await log.append('events', [{ key: 'canary', value: Buffer.from('{"canary":1}'), headers: {} }], {
    deadlineMs: 10_000,
  })

  const config = readEnvironment(engineVariables, {})
  if (!config.ok) throw new Error(config.problems.join())
  const metrics = createMetrics({ process: 'engine' })
  const logger = createLogger({ process: 'engine', level: 'silent', format: 'json' })
  const indexer = await runIndexer({ config: config.values, database: engine, log, logger, metrics })
  try {
    const until = performance.now() + 10_000
    let text = ''
    const expected = [
      /eventmesh_indexer_dead_letters_total\{[^}]*\} 1/,
      /eventmesh_index_delay_seconds_count\{[^}]*topic="events"[^}]*\} 2/,
      /eventmesh_index_delay_seconds_count\{[^}]*topic="outcomes"[^}]*\} 1/,
      /eventmesh_indexer_lag_events_records\{[^}]*\} 0/,
      /eventmesh_index_stray_rows\{[^}]*\} 0/,
    ]
    while (!expected.every((line) => line.test(text))) {
      if (performance.now() > until) throw new Error(`the records were not indexed:\n${text}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      text = await metrics.text()
    }
    expect(text).not.toMatch(/canary/)
    expect(text).not.toContain(tenantId)
    expect(text).not.toContain(keyId)
    const labels = [...text.matchAll(/^eventmesh_\w+\{(.*)\}/gm)].flatMap(([, all = '']) => [
      ...all.matchAll(/(\w+)="([^"]*)"/g),
    ])
    for (const [, name = '', value = ''] of labels) {
      const isKnown =
        { process: value === 'engine', topic: topics.some((topic) => topic === value), le: true }[name] ??
        (/^(ending|reason)$/.test(name) && /^[a-z_-]{1,30}$/.test(value))
      expect(isKnown, `${name}=${value}`).toBe(true)
    }
  } finally {
    await indexer.stop()
    await log.close()
  }
})
