import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTopics } from '@eventmesh/bus'
import { connect, createMasterKey, keys, masterKeyBytes, masterKeys, migrate, sources, tenants } from '@eventmesh/db'
import { type DatabaseUrls, startEmbedded } from '@eventmesh/db/embedded'
import { makeBundles } from '../../scripts/bundle.ts'
import { startKafka } from '../parts/kafka.mjs'
import { type RedisServer, startRedis } from '../parts/redis.ts'

export type Parts = {
  /** Where `ingest.js` is, the production bundle. */
  readonly bundle: string
  readonly urls: DatabaseUrls
  readonly redis: RedisServer
  readonly brokers: string
  readonly kafkaVersion: string
  readonly postgresVersion: string
  readonly apiKey: string
  readonly tenantId: string
  /** A source of GitHub's, by the token in its address. */
  readonly source: { readonly token: string; readonly secret: string }
  /** Opens the source's secret: EVENTMESH_SECRET_KEY. */
  readonly secretKey: string
  close(): Promise<void>
}

/** Everything that ingest stands on, real and on this machine, and its bundle. */
export async function startParts(): Promise<Parts> {
  const directory = await mkdtemp(join(tmpdir(), 'eventmesh-bench-'))
  const bundles = join(directory, 'dist')
  await makeBundles(['ingest'], bundles)

  const postgres = await startEmbedded({ dataDir: directory, log: () => {} })
  await migrate({ url: postgres.urls.superuser })
  const redis = await startRedis()
  const kafka = await startKafka({ brokers: 1, jvm: [] })
  await createTopics({ brokers: kafka.bootstrap, topicPrefix: 'eventmesh.' }, 'dev')
  const tenant = await prepareTenant(postgres.urls)
  return {
    bundle: join(bundles, 'ingest.js'),
    urls: postgres.urls,
    redis,
    brokers: kafka.bootstrap.join(','),
    kafkaVersion: kafka.version,
    ...tenant,
    async close() {
      await Promise.all([kafka.close(), redis.close(), postgres.stop()])
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function prepareTenant(urls: DatabaseUrls) {
  const operator = connect({
    url: urls.migrator,
    role: 'migrator',
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'eventmesh-bench',
  })
  try {
    const tenant = await tenants.create(operator, { slug: 'bench' })
    if (!tenant.ok) throw new Error(tenant.detail)
    const created = await keys.create(operator, { tenantId: tenant.tenant.id, name: 'bench' })
    if (!created.ok) throw new Error(created.detail)
    const masterKey = randomBytes(masterKeyBytes)
    await masterKeys.publish(operator, await createMasterKey(masterKey))
    const secret = randomBytes(24).toString('hex')
    const tenantId = tenant.tenant.id
    const source = await sources.create(operator, { tenantId, name: 'bench', provider: 'github', secrets: [secret] })
    if (!source.ok) throw new Error(source.detail)
    const [row] = await operator.sql<{ server_version: string }[]>`show server_version`
    return {
      apiKey: created.secret,
      tenantId,
      source: { token: source.token, secret },
      secretKey: masterKey.toString('base64'),
      postgresVersion: row?.server_version ?? 'unknown',
    }
  } finally {
    await operator.close()
  }
}

export const hasTaskset = spawnSync('taskset', ['--version']).status === 0

/** What runs Node on the first core, where there are two and `taskset`. */
export const onFirstCore: readonly [string, ...string[]] = hasTaskset
  ? ['taskset', '-c', '0', process.execPath]
  : [process.execPath]

/** This process and whatever it starts, on the second core, where there are two and `taskset`. */
export function leaveFirstCore(): void {
  if (hasTaskset) spawnSync('taskset', ['-acp', '1', String(process.pid)])
}
