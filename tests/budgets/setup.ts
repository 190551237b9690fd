import { connect, links } from '@eventmesh/db'
import { joinEmbedded } from '@eventmesh/db/embedded'
import type { TenantId } from '@eventmesh/envelope'
import { chromium, type FullConfig } from '@playwright/test'
import { populate } from '../../packages/db/src/index-population.ts'
import { setUp } from '../e2e/console/fixtures.ts'
import { cleanUp, type Mesh, startMesh, stopMesh } from '../e2e/harness/mesh.ts'
import { until } from '../e2e/harness/processes.ts'
import { query } from '../e2e/harness/records.ts'
import { type House, houseVariable, type Organization } from './house.ts'

const rows = 1_000_000
/** The live tail is measured under more than one key may send. */
const noRates = { INGEST_TENANT_RATE: '0', INGEST_KEY_RATE: '0' }

/** Everything that `npm start` runs, on a million rows of 120 organizations; once for all tests and their second tries. */
export default async function setup(config: FullConfig): Promise<() => Promise<void>> {
  const mesh = (await startMesh({ args: [], environment: noRates })) as Mesh & { readonly consoleUrl: string }
  const tearDown = async () => {
    await stopMesh(mesh)
    await cleanUp()
  }
  try {
    process.env[houseVariable] = JSON.stringify(await furnish(mesh, config))
    return tearDown
  } catch (error) {
    await tearDown()
    throw error
  }
}

async function furnish(mesh: Mesh & { readonly consoleUrl: string }, config: FullConfig): Promise<House> {
  const { consoleUrl, ingestUrl, dataDir } = mesh
  const urls = await joinEmbedded(dataDir)
  if (urls === undefined) throw new Error('the embedded server is gone')
  await until('the days of the index', 30_000, async () => {
    const days = `select count(*)::int as n from pg_inherits where inhparent = 'event_index'::regclass`
    return ((await query<{ n: number }>(dataDir, days))[0]?.n ?? 0) > 29
  })
  const startedAt = performance.now()
  const { largest, smallest } = await populate(urls.superuser, rows)
  process.stdout.write(`${rows} rows written in ${Math.round((performance.now() - startedAt) / 1_000)} s\n`)
  await until(
    'the console',
    240_000,
    async () => (await fetch(`${consoleUrl}/readyz`).catch(() => undefined))?.ok === true,
  )
  const operator = connect({
    url: urls.migrator,
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'budgets',
  })
  const browser = await chromium.launch(config.projects[0]?.use.launchOptions)
  const settle = async (slug: Organization['slug'], id: TenantId): Promise<Organization> => {
    const link = await links.createSetupLink(operator, id)
    if (!link.ok) throw new Error(link.detail)
    const context = await browser.newContext()
    const account = { email: `${slug}@example.com`, name: slug, slug }
    await setUp(await context.newPage(), `${consoleUrl}/setup/${link.token}`, account)
    const owner = await context.storageState()
    await context.close()
    return { slug, owner }
  }
  const organizations = [await settle('largest', largest), await settle('smallest', smallest)] as const
  await Promise.all([operator.close(), browser.close()])
  return { consoleUrl, ingestUrl, dataDir, organizations }
}
