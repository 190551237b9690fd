'use server'

import { emailSchema, invites, links, members, personNameSchema, reservedSlugs } from '@eventmesh/db'
import { z } from 'zod'
import { done, fault, publicAction, userAction } from '../../server/action.ts'
import { hashPassword } from '../../server/password.ts'
import { passwordProblem } from '../../server/password-rules.ts'
import { begin, signIn as beginWithPassword, signOut as endSession } from '../../server/session.ts'
import { slugForm } from './slug.ts'
import { text } from './text.ts'

const password = z.string().max(1_000)
const organization = {
  name: z.string().trim().min(1, text.needsName).max(200, text.nameTooLong),
  slug: z
    .string()
    .trim()
    .regex(slugForm, text.slugForm)
    .refine((slug) => !reservedSlugs.has(slug), text.slugReserved),
}

export const signIn = publicAction(
  z.object({ email: z.string().trim().toLowerCase().max(254), password: password.min(1, text.needsPassword) }),
  async (_, credentials) => {
    const result = await beginWithPassword(credentials)
    if (result.ok) return done(null)
    if (result.reason === 'throttled') return fault('throttled', text.signIn.throttled(result.retryAfterS))
    return fault('wrong', text.signIn.wrong)
  },
)

export const signOut = publicAction(z.object({}), async () => {
  await endSession()
  return done(null)
})

export const setUp = publicAction(
  z.object({
    token: z.string().max(200),
    email: emailSchema.optional(),
    password: password.optional(),
    personName: personNameSchema.optional(),
    ...organization,
  }),
  async ({ db, facts, user }, { token, email = '', password: chosen = '', personName, name, slug }) => {
    if (user === undefined) {
      const problem = passwordProblem(chosen, [email.split('@')[0] ?? '', name, slug])
      if (email === '') return fault('invalid', text.needsEmail, 'email')
      if (problem !== undefined) return fault('invalid', problem, 'password')
    }
    const result = await links.setUp(db, {
      token,
      person:
        user === undefined
          ? { email, passwordHash: await hashPassword(chosen), name: personName }
          : { signedIn: user.userId, email: user.email },
      organization: { slug, name },
      ip: facts.ip,
    })
    if (!result.ok) {
      if (result.code === 'slug_taken') return fault(result.code, text.slugTaken, 'slug')
      if (result.code === 'email_taken') return fault(result.code, text.setup.emailTaken, 'email')
      return fault(result.code, linkFault(result.code) ?? result.detail)
    }
    if (user === undefined) await begin(result.userId)
    return done({ slug: result.slug })
  },
)

export const acceptInvite = publicAction(
  z.object({
    token: z.string().max(200),
    password: password.optional(),
    personName: personNameSchema.optional(),
  }),
  async ({ db, facts, user }, { token, password: chosen = '', personName }) => {
    const found = await invites.find(db, token)
    if (user === undefined) {
      const problem = passwordProblem(chosen, [found.invite?.email.split('@')[0] ?? ''])
      if (problem !== undefined) return fault('invalid', problem, 'password')
    }
    const result = await invites.accept(db, {
      token,
      person:
        user === undefined ? { passwordHash: await hashPassword(chosen), name: personName } : { signedIn: user.userId },
      ip: facts.ip,
    })
    if (!result.ok) {
      const email = found.invite?.email ?? ''
      if (result.code === 'other_person') return fault(result.code, text.invite.otherPerson(email))
      if (result.code === 'email_taken') return fault(result.code, text.invite.signInFirst(email))
      return fault(result.code, linkFault(result.code) ?? result.detail)
    }
    if (user === undefined) await begin(result.userId)
    return done({ slug: result.slug })
  },
)

export const resetPassword = publicAction(
  z.object({ token: z.string().max(200), password }),
  async ({ db }, { token, password: chosen }) => {
    const link = await links.findResetLink(db, token)
    if (link.state !== 'open') return fault(link.state, linkFault(link.state) ?? text.unknown)
    const problem = passwordProblem(chosen, [link.email.split('@')[0] ?? ''])
    if (problem !== undefined) return fault('invalid', problem, 'password')
    const result = await links.resetPassword(db, { token, passwordHash: await hashPassword(chosen) })
    return result.ok ? done(null) : fault(result.code, text.used)
  },
)

export const createOrganization = userAction(z.object(organization), async ({ db, user, by }, { name, slug }) => {
  const result = await members.createOrganization(db, { name, slug, owner: user.userId }, by)
  if (result.ok) return done({ slug })
  return result.code === 'slug_taken'
    ? fault(result.code, text.slugTaken, 'slug')
    : fault(result.code, result.detail, 'slug')
})

function linkFault(code: string): string | undefined {
  switch (code) {
    case 'used':
      return text.used
    case 'expired':
      return text.expired
    case 'unknown':
      return text.unknown
    default:
      return undefined
  }
}
