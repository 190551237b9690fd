import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, keyStatus, keys, parseKey, type Tenant, tenants } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import { writePrivate } from './data-directory.ts'

/** What a newcomer needs, kept in `first-run.json`: the one place where a (test) key stands in plain text. */
export type FirstRun = { readonly ingestUrl: string; readonly tenantId: string; readonly apiKey: string }

const slug = 'default'

export type FirstRunDeps = {
  /** As the operator. */
  readonly db: Database
  /** As ingest, who alone may look a key up by its hash. */
  readonly ingest: Database
  readonly dataDir: string
  readonly ingestUrl: string
}

/** The first tenant and a test key of it that works on this database: the kept one, else a new one. */
export async function prepareFirstRun({ db, ingest, dataDir, ingestUrl }: FirstRunDeps): Promise<FirstRun> {
  const file = join(dataDir, 'first-run.json')
  const tenant = await defaultTenant(db)
  const kept = readKey(file)
  const isKept = kept !== undefined && (await isUsable(ingest, kept, tenant.id))
  const apiKey = isKept ? kept : await createKey(db, tenant.id)
  const firstRun = { ingestUrl, tenantId: tenant.id, apiKey }
  writePrivate(file, `${JSON.stringify(firstRun, null, 2)}\n`)
  return firstRun
}

function readKey(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof kept === 'object' && kept !== null && 'apiKey' in kept && typeof kept.apiKey === 'string'
      ? kept.apiKey
      : undefined
  } catch {
    // A file that is no JSON any more holds no key: a new one is made.
    return undefined
  }
}

async function defaultTenant(db: Database): Promise<Tenant> {
  const found = await tenants.find(db, slug)
  if (found) return found
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
