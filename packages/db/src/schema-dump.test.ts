import { readFile } from 'node:fs/promises'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { dumpSchema } from './schema-dump.ts'
import { testDatabase } from './testing.ts'

test('finds the committed schema.sql to be what the migrations add up to', async () => {
  const database = await testDatabase()
  const sql = postgres(database.urls.superuser, { max: 1, onnotice: () => {} })
  const committed = await readFile(new URL('../schema.sql', import.meta.url), 'utf8')
  const actual = await dumpSchema(sql)
  await sql.end()
  await database.close()
  expect(actual, 'packages/db/schema.sql is old: run "npm run schema --prefix packages/db" and commit it').toBe(
    committed,
  )
})

test('refuses a kind of object that it would leave out', async () => {
  const database = await testDatabase()
  const sql = postgres(database.urls.superuser, { max: 1, onnotice: () => {} })
  await sql`create sequence counter`
  await expect(dumpSchema(sql)).rejects.toThrow('relation counter of kind S')
  await sql.end()
  await database.close()
})
