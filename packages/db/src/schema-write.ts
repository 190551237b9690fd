import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import postgres from 'postgres'
import { startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'
import { dumpSchema } from './schema-dump.ts'

// Writes schema.sql anew: `npm run schema --prefix packages/db`.
const dataDir = await mkdtemp(join(tmpdir(), 'eventmesh-schema-'))
await chmod(dataDir, 0o755)
const server = await startEmbedded({ dataDir, log: () => {}, isDurable: false })
try {
  await migrate({ url: server.urls.migrator })
  const sql = postgres(server.urls.superuser, { max: 1, onnotice: () => {} })
  await writeFile(fileURLToPath(new URL('../schema.sql', import.meta.url)), await dumpSchema(sql))
  await sql.end()
} finally {
  await server.stop()
  await rm(dataDir, { recursive: true })
}
