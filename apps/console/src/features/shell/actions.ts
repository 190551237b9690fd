'use server'

import { z } from 'zod'
import { done, publicAction } from '../../server/action.ts'
import { signOut as endSession } from '../../server/session.ts'

export const signOut = publicAction(z.object({}), async () => {
  await endSession()
  return done(null)
})
