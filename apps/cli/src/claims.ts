import { openOperatorClaims } from './bus.ts'
import { type Command, command } from './command.ts'
import { withDatabase } from './connection.ts'

export const claimsCommands: readonly Command[] = [
  command({
    name: 'claims reset',
    summary: 'Drops every claim: before traffic goes to a log that was restored, moved or made anew.',
    notes:
      'Until then retries would be answered from claims that vouch for records which are gone. Without claims they are appended again, as copies with the same event_id.',
    run: ({ environment }) =>
      withDatabase(environment, async (db) => {
        const claims = await openOperatorClaims(db, environment)
        try {
          const dropped = await claims.reset()
          return { json: () => JSON.stringify({ dropped }), human: () => `${dropped} claims dropped\n` }
        } finally {
          await claims.close()
        }
      }),
  }),
]
