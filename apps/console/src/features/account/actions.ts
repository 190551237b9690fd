'use server'

import { personNameSchema, preferencesSchema, users } from '@eventmesh/db'
import { z } from 'zod'
import { done, fault, publicAction, userAction } from '../../server/action.ts'
import { passwordProblem } from '../../server/password-rules.ts'
import { changePassword as change, revoke, revokeOthers, signIn } from '../../server/session.ts'
import { text } from './text.ts'

export const changePassword = userAction(
  z.object({
    current: z.string().min(1, text.password.missing).max(1_000),
    fresh: z.string().max(1_000),
  }),
  async ({ user }, { current, fresh }) => {
    const problem = passwordProblem(fresh, [user.email.split('@')[0] ?? ''])
    if (problem !== undefined) return fault('invalid', problem, 'fresh')
    const answer = await change(user, current, fresh)
    if (answer.ok) return done(null)
    const { retryAfterS } = answer
    return retryAfterS === undefined
      ? fault('wrong', text.password.wrong, 'current')
      : fault('throttled', text.password.throttled(retryAfterS), 'current')
  },
)

export const saveName = userAction(z.object({ name: personNameSchema }), async ({ db, user, by }, { name }) => {
  await users.rename(db, { userId: user.userId, name }, by)
  return done(null)
})

/** Each browser that they sign in with has them from then on; this one has them already. */
export const savePreferences = userAction(preferencesSchema, async ({ db, user }, change) => {
  await users.prefer(db, user.userId, change)
  return done(null)
})

export const revokeSession = userAction(z.object({ id: z.uuid() }), async (_, { id }) =>
  (await revoke(id)) ? done(null) : fault('not_found', text.sessions.gone),
)

export const signOutOthers = userAction(z.object({}), async ({ user }) => done({ ended: await revokeOthers(user) }))

/** Over the page that was open when the session ended. */
export const signInAgain = publicAction(
  z.object({
    email: z.string().trim().toLowerCase().max(254),
    password: z.string().min(1, text.password.missing).max(1_000),
  }),
  async (_, credentials) => {
    const answer = await signIn(credentials)
    if (answer.ok) return done(null)
    return answer.reason === 'throttled'
      ? fault('throttled', text.password.throttled(answer.retryAfterS), 'password')
      : fault('wrong', text.ended.wrong, 'password')
  },
)
