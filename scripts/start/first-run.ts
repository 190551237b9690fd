import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, keyStatus, keys, links, parseKey, type Tenant, tenants } from '@eventmesh/db'
import { isUuid, type TenantId } from '@eventmesh/envelope'
import { writePrivate } from './data-directory.ts'

/** What a newcomer needs, kept in `first-run.json`: the one place where a (test) key stands in plain text. */
export type FirstRun = {
  readonly ingestUrl: string
  readonly consoleUrl: string
  /** Until an owner exists; a fresh one at each start. */
  readonly setupUrl?: string
  readonly tenantId: string
  readonly apiKey: string
}

const slug = 'default'

export type FirstRunDeps = {
  /** As the operator. */
  readonly db: Database
  /** As ingest, who alone may look a key up by its hash. */
  readonly ingest: Database
  readonly dataDir: string
  readonly ingestUrl: string
  readonly consoleUrl: string
}

/** The first tenant and a test key of it that works on this database: the kept one, else a new one. */
export async function prepareFirstRun({ db, ingest, dataDir, ingestUrl, consoleUrl }: FirstRunDeps): Promise<FirstRun> {
  const file = join(dataDir, 'first-run.json')
  const before = readKept(file)
  const tenant = await firstTenant(db, before.tenantId)
  const kept = before.apiKey
  const isKept = kept !== undefined && (await isUsable(ingest, kept, tenant.id))
  const apiKey = isKept ? kept : await createKey(db, tenant.id)
  const link = await links.createSetupLink(db, tenant.id)
  const setup = link.ok ? { setupUrl: `${consoleUrl}/setup/${link.token}` } : {}
  const firstRun = { ingestUrl, consoleUrl, ...setup, tenantId: tenant.id, apiKey }
  writePrivate(file, `${JSON.stringify(firstRun, null, 2)}\n`)
  return firstRun
}

type Kept = { readonly apiKey?: string; readonly tenantId?: string }

function readKept(file: string): Kept {
  if (!existsSync(file)) return {}
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const texts = Object.entries(kept ?? {}).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(texts) satisfies Kept
  } catch {
    // A file that is no JSON any more holds no key: a new one is made.
    return {}
  }
}

/** Whoever set it up may have named it anew: it is known by its id, else it is the oldest one. */
async function firstTenant(db: Database, id: string | undefined): Promise<Tenant> {
  const found =
    (id !== undefined && isUuid(id) ? await tenants.find(db, id) : undefined) ?? (await tenants.find(db, slug))
  const [oldest] = found === undefined ? await tenants.list(db) : [found]
  if (oldest) return oldest
  const created = await tenants.create(db, { slug, name: 'Default' })
  if (created.ok) return created.tenant
  throw new Error(`the first tenant could not be created: ${created.detail}`)
}

async function isUsable(ingest: Database, apiKey: string, tenantId: TenantId): Promise<boolean> {
  const parsed = parseKey(apiKey)
  const record = parsed && (await keys.lookup(ingest, parsed.hash))
  return record !== undefined && record.tenantId === tenantId && keyStatus(record, new Date()) === 'active'
}

async function createKey(db: Database, tenantId: TenantId): Promise<string> {
  const created = await keys.create(db, { tenantId, name: `first run ${new Date().toISOString()}`, mode: 'test' })
  if (created.ok) return created.secret
  throw new Error(`the first key could not be created: ${created.detail}`)
}
