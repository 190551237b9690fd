import { type ApiKey, type Database, keys, type NamedKey } from '@eventmesh/db'
import { isUuid, type KeyId } from '@eventmesh/envelope'
import { answered } from './answered.ts'
import { type Answer, type Command, command } from './command.ts'
import { withDatabase } from './connection.ts'
import { cidr, duration, oneOf, optional, repeated, required, tenantOption, text, withDefault } from './option.ts'
import { fields, table } from './table.ts'
import { findTenant } from './tenant.ts'
import { CommandError, UsageError } from './usage.ts'

export const keyCommands: readonly Command[] = [
  command({
    name: 'key create',
    summary: 'Creates an API key and shows it: the only time.',
    options: {
      tenant: tenantOption,
      name: required('<name>', 'what it is for', text),
      mode: withDefault('live|test', 'live and test events never meet (default live)', oneOf('live', 'test'), 'live'),
      expires: optional('<duration>', 'how long it works: 15m, 24h, 90d (default: for ever)', duration),
      'allow-ip': repeated('<CIDR>', 'only from these addresses (default: from any)', cidr),
      scopes: repeated('events:write', 'what it may do (the only scope so far)', oneOf('events:write')),
    },
    run: ({ environment, options: { tenant, name, mode, expires, 'allow-ip': allowedIps } }) => {
      if (expires === 0) throw new UsageError('--expires: a key that is over at once is of no use')
      return withDatabase(environment, async (db) => {
        const { id: tenantId } = await findTenant(db, tenant)
        const expiresAt = expires === undefined ? null : new Date(Date.now() + expires)
        const created = answered(
          await keys.create(db, { tenantId, name, mode, expiresAt, allowedIps: [...allowedIps] }),
        )
        return fresh({ ...created.key, secret: created.secret })
      })
    },
  }),
  command({
    name: 'key list',
    summary: "Lists a tenant's API keys, the newest first.",
    options: { tenant: tenantOption },
    run: ({ environment, options: { tenant } }) =>
      withDatabase(environment, async (db) => {
        const { id } = await findTenant(db, tenant)
        return listed(await keys.list(db, id))
      }),
  }),
  command({
    name: 'key rotate',
    summary: 'Creates the successor of a key and shows it; the old key goes on working for the overlap.',
    operands: { id: '<id>' },
    options: { overlap: withDefault('<duration>', '0s to 7d (default 24h)', duration, keys.overlapDefaultMs) },
    notes: 'An overlap that runs out ends as key_expired; revoke the old key to end it by hand as key_revoked.',
    run: ({ environment, operands: { id }, options: { overlap } }) =>
      onKey(environment, id, async (db, key) => {
        const rotated = answered(await keys.rotate(db, { ...key, overlapMs: overlap }))
        return fresh({ ...rotated.key, secret: rotated.secret })
      }),
  }),
  command({
    name: 'key revoke',
    summary: 'Ends a key for good, everywhere within 30 s.',
    operands: { id: '<id>' },
    run: ({ environment, operands: { id } }) =>
      onKey(environment, id, async (db, key) => {
        const { key: revoked } = answered(await keys.revoke(db, key))
        const shown = { id: revoked.id, revoked_at: revoked.revokedAt?.toISOString() ?? null }
        return { json: () => JSON.stringify(shown), human: () => fields(Object.entries(shown)) }
      }),
  }),
  ...(['disable', 'enable'] as const).map((verb) =>
    command({
      name: `key ${verb}`,
      summary: verb === 'disable' ? 'Refuses a key until it is enabled again.' : 'Takes a disabled key again.',
      operands: { id: '<id>' },
      run: ({ environment, operands: { id } }) =>
        onKey(environment, id, async (db, key) =>
          one(answered(await keys.setDisabled(db, { ...key, disabled: verb === 'disable' })).key),
        ),
    }),
  ),
]

/** The operator names a key by its id alone; whose it is stands in the database. */
function onKey(
  environment: Parameters<typeof withDatabase>[0],
  id: string,
  use: (db: Database, key: NamedKey) => Promise<Answer>,
): Promise<Answer> {
  if (!isUuid(id)) throw new UsageError(`'${id}' is not the id of a key; see: key list`)
  return withDatabase(environment, async (db) => {
    const keyId = id.toLowerCase() as KeyId
    const tenantId = await keys.findTenant(db, keyId)
    if (tenantId === undefined) throw new CommandError(`there is no key ${id}; see: key list`)
    return await use(db, { tenantId, id: keyId })
  })
}

/** With the whole key: shown now and never again. */
function fresh(key: ApiKey & { readonly secret: string }): Answer {
  const shown = {
    id: key.id,
    name: key.name,
    key: key.secret,
    display: key.display,
    mode: key.mode,
    scopes: key.scopes,
    expires_at: key.expiresAt?.toISOString() ?? null,
    ...(key.replaces === null ? {} : { replaces: key.replaces }),
  }
  return {
    json: () => JSON.stringify(shown),
    human: () =>
      `${fields(Object.entries({ ...shown, scopes: shown.scopes.join(', ') }))}\nThe key is shown this once.\n`,
  }
}

function one(key: ApiKey): Answer {
  const shown = document(key)
  const plain = { ...shown, scopes: shown.scopes.join(', '), allowed_ips: shown.allowed_ips.join(', ') || 'any' }
  return { json: () => JSON.stringify(shown), human: () => fields(Object.entries(plain)) }
}

function listed(all: readonly ApiKey[]): Answer {
  return {
    json: () => JSON.stringify(all.map(document)),
    human: () =>
      table(
        ['id', 'name', 'key', 'mode', 'status', 'expires', 'last used'],
        all.map(({ id, name, display, mode, status, expiresAt, lastUsedAt }) => [
          id,
          name,
          display,
          mode,
          status,
          expiresAt?.toISOString(),
          lastUsedAt?.toISOString(),
        ]),
      ),
  }
}

function document(key: ApiKey) {
  const time = (at: Date | null) => at?.toISOString() ?? null
  return {
    id: key.id,
    name: key.name,
    display: key.display,
    mode: key.mode,
    status: key.status,
    scopes: key.scopes,
    allowed_ips: key.allowedIps,
    created_at: time(key.createdAt),
    expires_at: time(key.expiresAt),
    last_used_at: time(key.lastUsedAt),
    disabled_at: time(key.disabledAt),
    revoked_at: time(key.revokedAt),
    overlap_ends_at: time(key.overlapEndsAt),
    replaces: key.replaces,
    replaced_by: key.replacedBy,
  }
}
