import 'server-only'
import { type Actor, keys } from '@eventmesh/db'
import type { TenantId } from '@eventmesh/envelope'
import type { database } from './database.ts'

const lifeMs = 5 * 60_000
/** A key that is about to end is not used any more. */
const marginMs = 30_000

type Held = { readonly secret: string; readonly endsAt: number }
const held = new Map<TenantId, Held>()

/** A test key of kind `console`: made for five minutes, kept in this process's memory alone, never listed, audited. */
export async function consoleTestKey(
  db: ReturnType<typeof database>,
  tenantId: TenantId,
  by: Actor,
): Promise<string | undefined> {
  const now = Date.now()
  for (const [id, { endsAt }] of held) if (endsAt <= now) held.delete(id)
  const known = held.get(tenantId)
  if (known !== undefined && known.endsAt - now > marginMs) return known.secret

  const created = await keys.create(
    db,
    {
      tenantId,
      name: `Console test events ${new Date(now).toISOString()}`,
      mode: 'test',
      kind: 'console',
      expiresAt: new Date(now + lifeMs),
    },
    by,
  )
  if (!created.ok) return undefined
  held.set(tenantId, { secret: created.secret, endsAt: now + lifeMs })
  return created.secret
}
