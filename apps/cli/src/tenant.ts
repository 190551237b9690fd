import { type Database, type Tenant, tenants } from '@eventmesh/db'
import { answered } from './answered.ts'
import { type Answer, type Command, command } from './command.ts'
import { withDatabase } from './connection.ts'
import { optional, text } from './option.ts'
import { fields, table } from './table.ts'
import { CommandError } from './usage.ts'

export const tenantCommands: readonly Command[] = [
  command({
    name: 'tenant create',
    summary: 'Creates a tenant.',
    operands: { slug: '<slug>' },
    options: { name: optional('<name>', 'as people see it (default: the slug)', text) },
    run: ({ environment, operands: { slug }, options: { name } }) =>
      withDatabase(environment, async (db) => {
        const { tenant } = answered(await tenants.create(db, { slug, ...(name === undefined ? {} : { name }) }))
        return one(tenant)
      }),
  }),
  command({
    name: 'tenant list',
    summary: 'Lists every tenant, the oldest first.',
    run: ({ environment }) =>
      withDatabase(environment, async (db) => {
        const all = await tenants.list(db)
        return {
          json: () => JSON.stringify(all.map(document)),
          human: () =>
            table(
              ['slug', 'id', 'name', 'created', 'state'],
              all.map(({ slug, id, name, createdAt, suspendedAt }) => [
                slug,
                id,
                name,
                createdAt.toISOString(),
                suspendedAt === null ? 'active' : 'suspended',
              ]),
            ),
        }
      }),
  }),
  command({
    name: 'tenant suspend',
    summary: "Refuses a tenant's events (403 tenant_suspended) until it is resumed; nothing is lost.",
    operands: { slug: '<slug>' },
    run: ({ environment, operands: { slug } }) =>
      withDatabase(environment, async (db) => {
        const { id } = await findTenant(db, slug)
        return one(answered(await tenants.suspend(db, id)).tenant)
      }),
  }),
  command({
    name: 'tenant resume',
    summary: "Takes a suspended tenant's events again.",
    operands: { slug: '<slug>' },
    run: ({ environment, operands: { slug } }) =>
      withDatabase(environment, async (db) => {
        const { id } = await findTenant(db, slug)
        return one(answered(await tenants.resume(db, id)).tenant)
      }),
  }),
  command({
    name: 'tenant delete',
    summary: 'Ends a tenant for good: its keys and sources are unknown from now on, and its slug is free.',
    operands: { slug: '<slug>' },
    notes:
      'Ingest refuses its keys within seconds, at the latest after 30 s. Its events stay on the log, in the index and in backups until their retention ends; nothing brings the tenant back.',
    run: ({ environment, operands: { slug } }) =>
      withDatabase(environment, async (db) => {
        const { id } = await findTenant(db, slug)
        return one(answered(await tenants.markDeleted(db, id)).tenant)
      }),
  }),
  command({
    name: 'tenant set',
    summary: `Changes a setting: ${tenants.settingsText}.`,
    operands: { slug: '<slug>', setting: '<setting>=<value>' },
    run: ({ environment, operands: { slug, setting } }) => {
      const { settings } = answered(tenants.parseSetting(setting))
      return withDatabase(environment, async (db) => {
        const { id } = await findTenant(db, slug)
        return one(answered(await tenants.set(db, id, settings)).tenant)
      })
    },
  }),
]

export async function findTenant(db: Database, slugOrId: string): Promise<Tenant> {
  const tenant = await tenants.find(db, slugOrId)
  if (!tenant) throw new CommandError(`there is no tenant ${slugOrId}; see: tenant list`)
  return tenant
}

function one(tenant: Tenant): Answer {
  const shown = document(tenant)
  const { settings, ...rest } = shown
  return { json: () => JSON.stringify(shown), human: () => fields(Object.entries({ ...rest, ...settings })) }
}

function document(tenant: Tenant) {
  return {
    id: tenant.id,
    slug: tenant.slug,
    name: tenant.name,
    created_at: tenant.createdAt.toISOString(),
    suspended_at: tenant.suspendedAt?.toISOString() ?? null,
    settings: {
      require_idempotency_key: tenant.settings.requireIdempotencyKey,
      claims: tenant.settings.claims,
      dedup_window: windowText(tenant.settings.dedupWindowS),
    },
  }
}

/** As `tenant set` takes it. */
function windowText(windowS: number | null): string {
  if (windowS === null) return 'default'
  return Object.entries(tenants.dedupWindows).find(([, seconds]) => seconds === windowS)?.[0] ?? `${windowS}s`
}
