import { randomBytes } from 'node:crypto'
import { type Actor, type Database, keys, type Source, sourceSecrets, sources, sourceUrl } from '@eventmesh/db'
import type { Mode, TenantId } from '@eventmesh/envelope'

/** Who sends: keys and sources of one organization. Their secrets live in this process alone. */
export type Cast = {
  readonly ingestUrl: string
  readonly keys: Readonly<Record<KeyName, string>>
  readonly sources: Readonly<Record<SourceName, DemoSource>>
}
export type DemoSource = { readonly provider: string; readonly url: string; readonly secret: string }

const keyModes = {
  'orders-service': 'live',
  'billing-worker': 'live',
  'mobile-backend': 'live',
  'warehouse-sync': 'live',
  'staging-checkout': 'test',
  // Revoked, and somebody still sends with it.
  'legacy-importer': 'live',
} as const satisfies Record<string, Mode>
export type KeyName = keyof typeof keyModes

const sourceProviders = {
  'stripe-payments': 'stripe',
  'github-platform': 'github',
  'shopify-store': 'shopify',
  'slack-workspace': 'slack',
} as const
export type SourceName = keyof typeof sourceProviders

const demo: Actor = { kind: 'system', name: 'demo' }

/** Those of an earlier start get new secrets, since only hashes and sealed texts of the old ones are kept. */
export async function prepareCast(
  db: Database,
  { tenantId, ingestUrl }: { readonly tenantId: TenantId; readonly ingestUrl: string },
): Promise<Cast> {
  const existing = (await keys.list(db, tenantId)).filter(({ status }) => status === 'active')
  const made: [string, string][] = []
  for (const [name, mode] of Object.entries(keyModes)) {
    const id = existing.find((key) => key.name === name)?.id
    const key =
      id === undefined
        ? await keys.create(db, { tenantId, name, mode }, demo)
        : await keys.rotate(db, { tenantId, id, overlapMs: 0 }, demo)
    if (!key.ok) throw new Error(`--demo: key ${name}: ${key.detail}`)
    if (name === 'legacy-importer') await keys.revoke(db, { tenantId, id: key.key.id }, demo)
    made.push([name, key.secret])
  }
  const opened: [string, DemoSource][] = []
  const before = await sources.list(db, tenantId)
  for (const [name, provider] of Object.entries(sourceProviders)) {
    const secret = randomBytes(24).toString('hex')
    const token = await openSource(db, { tenantId, name, provider, secret }, before)
    opened.push([name, { provider, url: sourceUrl(ingestUrl, token), secret }])
  }
  return {
    ingestUrl,
    keys: Object.fromEntries(made) as Cast['keys'],
    sources: Object.fromEntries(opened) as Cast['sources'],
  }
}

/** The token of its address. */
async function openSource(
  db: Database,
  { tenantId, name, provider, secret }: { tenantId: TenantId; name: string; provider: string; secret: string },
  before: readonly Source[],
): Promise<string> {
  const id = before.find((source) => source.name === name)?.id
  if (id === undefined) {
    const created = await sources.create(db, { tenantId, name, provider, secrets: [secret] }, demo)
    if (created.ok) return created.token
    throw new Error(`--demo: source ${name}: ${created.detail}`)
  }
  const old = await sourceSecrets.list(db, { tenantId, id })
  const added = await sourceSecrets.add(db, { tenantId, id, secrets: [secret] }, demo)
  if (!added.ok) throw new Error(`--demo: source ${name}: ${added.detail}`)
  for (const each of old) await sourceSecrets.remove(db, { tenantId, sourceId: id, id: each.id }, demo)
  const rotated = await sources.rotateUrl(db, { tenantId, id }, demo)
  if (rotated.ok) return rotated.token
  throw new Error(`--demo: source ${name}: ${rotated.detail}`)
}
