import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect, type Database } from './connect.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let server: TestDatabase
let db: Database

beforeAll(async () => {
  server = await testDatabase()
  db = connect({
    url: server.urls.ingest,
    role: 'ingest',
    max: 2,
    acquireTimeoutMs: 300,
    statementTimeoutMs: 2_000,
    applicationName: 'test',
  })
})

afterAll(async () => {
  await db.close()
  await server.close()
})

test('answers', async () => {
  const [row] = await db.sql`select current_user as user`
  expect(row).toEqual({ user: 'eventmesh_ingest' })
})
