import 'server-only'
import { keys, members, sources } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import type { Member } from '../../server/session.ts'

/** All that an organization configured, without anything that opens a door. */
export async function configurationOf({ tenant }: Member): Promise<Readonly<Record<string, unknown>>> {
  const db = database()
  const [people, allKeys, allSources] = await Promise.all([
    members.list(db, tenant.id),
    keys.list(db, tenant.id),
    sources.list(db, tenant.id),
  ])
  return {
    organization: { id: tenant.id, slug: tenant.slug, name: tenant.name, created_at: tenant.createdAt },
    settings: {
      require_idempotency_key: tenant.settings.requireIdempotencyKey,
      claims: tenant.settings.claims,
      dedup_window_s: tenant.settings.dedupWindowS,
      viewers_see_payloads: tenant.policy.viewersSeePayloads,
      session_hours_max: tenant.policy.sessionHoursMax,
      key_days_max: tenant.policy.keyDaysMax,
    },
    members: people.map(({ email, name, role, joinedAt }) => ({ email, name, role, joined_at: joinedAt })),
    keys: allKeys
      .filter(({ kind }) => kind === 'standard')
      .map((key) => ({
        id: key.id,
        name: key.name,
        display: key.display,
        mode: key.mode,
        scopes: key.scopes,
        allowed_ips: key.allowedIps,
        status: key.status,
        created_by: key.createdBy,
        created_at: key.createdAt,
        expires_at: key.expiresAt,
      })),
    sources: allSources.map((source) => ({
      id: source.id,
      name: source.name,
      provider: source.provider,
      mode: source.mode,
      options: source.options,
      paused: source.pausedAt !== null,
      active_secrets: source.activeSecrets,
      created_by: source.createdBy,
      created_at: source.createdAt,
    })),
  }
}
