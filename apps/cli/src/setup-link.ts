import { links } from '@eventmesh/db'
import { answered } from './answered.ts'
import { type Answer, type Command, command } from './command.ts'
import { withDatabase } from './connection.ts'
import { consoleUrl } from './console-url.ts'
import { fields } from './table.ts'

export const setupLinkCommands: readonly Command[] = [
  command({
    name: 'setup-link',
    summary: "Makes the one-time link by which a tenant's first owner signs up (30 min); an earlier one ends.",
    operands: { slug: '<slug>' },
    run: ({ environment, operands: { slug } }) =>
      withDatabase(environment, async (db) => {
        const { token, expiresAt } = answered(await links.createSetupLink(db, slug))
        return link(`${consoleUrl(environment)}/setup/${token}`, expiresAt)
      }),
  }),
]

export function link(url: string, expiresAt: Date): Answer {
  const shown = { url, expires_at: expiresAt.toISOString() }
  return { json: () => JSON.stringify(shown), human: () => fields(Object.entries(shown)) }
}
