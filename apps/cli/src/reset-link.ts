import { links } from '@eventmesh/db'
import { answered } from './answered.ts'
import { type Command, command } from './command.ts'
import { withDatabase } from './connection.ts'
import { consoleUrl } from './console-url.ts'
import { link } from './setup-link.ts'

export const resetLinkCommands: readonly Command[] = [
  command({
    name: 'reset-link',
    summary: 'Makes the one-time link by which somebody sets a new password (1 h).',
    operands: { email: '<email>' },
    run: ({ environment, operands: { email } }) =>
      withDatabase(environment, async (db) => {
        const { token, expiresAt } = answered(await links.createResetLink(db, email))
        return link(`${consoleUrl(environment)}/reset/${token}`, expiresAt)
      }),
  }),
]
