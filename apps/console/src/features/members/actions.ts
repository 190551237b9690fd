'use server'

import { can, emailSchema, invites, links, members, roles, type UserId } from '@eventmesh/db'
import { z } from 'zod'
import { done, fault, type MemberContext, memberAction } from '../../server/action.ts'
import { config } from '../../server/config.ts'
import { idSchema } from '../../server/id-schema.ts'
import { isFresh, reauthenticate } from '../../server/session.ts'
import { linesOf } from './lines.ts'
import { text } from './text.ts'

const userId = idSchema<UserId>()
const id = z.uuid()
const role = z.enum(roles)
const password = z.string().max(1_000).optional()

export type InviteMade = { readonly email: string; readonly url: string; readonly expiresAt: string }
export type InvitesMade = {
  readonly links: readonly InviteMade[]
  readonly refused: readonly { readonly email: string; readonly why: string }[]
}

export const inviteMembers = memberAction(
  'members.write',
  z.object({ emails: z.string().max(10_000), role, password }),
  async (context, input) => {
    const lines = linesOf(input.emails)
    if (lines.length === 0) return fault('invalid', text.emailsNone, 'emails')
    if (lines.length > 20) return fault('invalid', text.emailsTooMany, 'emails')
    const wrong = lines.findIndex((line) => !emailSchema.safeParse(line).success)
    if (wrong !== -1) return fault('invalid', text.notAnEmail(wrong + 1, lines[wrong] ?? ''), 'emails')
    const allowed = input.role === 'owner' ? await mayMakeOwner(context, input.password) : undefined
    if (allowed !== undefined) return allowed

    const made: InviteMade[] = []
    const refused: { email: string; why: string }[] = []
    for (const email of new Set(lines)) {
      const wanted = { tenantId: context.member.tenant.id, email, role: input.role }
      const result = await invites.create(context.db, wanted, context.by)
      if (result.ok) made.push({ email, ...linkOf('invite', result) })
      else refused.push({ email, why: result.code === 'is_member' ? text.isMember : result.detail })
    }
    if (made.length === 0) {
      return fault('invalid', refused.map((each) => `${each.email} ${each.why}.`).join(' '), 'emails')
    }
    return done<InvitesMade>({ links: made, refused })
  },
)

export const renewInvite = memberAction('members.write', z.object({ id }), async (context, input) => {
  const result = await invites.renew(context.db, { ...target(context), id: input.id }, context.by)
  return result.ok ? done<InviteMade>({ email: result.email, ...linkOf('invite', result) }) : refusal(result)
})

export const revokeInvite = memberAction('members.write', z.object({ id }), async (context, input) => {
  const result = await invites.revoke(context.db, { ...target(context), id: input.id }, context.by)
  return result.ok ? done(null) : refusal(result)
})

export const setRole = memberAction(
  'members.write',
  z.object({ userId, role, from: role, password }),
  async (context, input) => {
    const allowed = input.role === 'owner' ? await mayMakeOwner(context, input.password) : undefined
    if (allowed !== undefined) return allowed
    const { userId: of, role: to, from } = input
    const result = await members.setRole(context.db, { ...target(context), userId: of, role: to, from }, context.by)
    return result.ok ? done(null) : refusal(result)
  },
)

export const removeMember = memberAction(
  'members.write',
  z.object({ userId, keys: z.enum(['keep', 'revoke']) }),
  async (context, input) => {
    const result = await members.remove(context.db, { ...target(context), ...input }, context.by)
    return result.ok ? done(null) : refusal(result)
  },
)

/** Everybody may go, whatever their role. */
export const leave = memberAction('members.read', z.object({}), async ({ db, member, by }) => {
  const result = await members.remove(db, { tenantId: member.tenant.id, userId: member.userId }, by)
  return result.ok ? done(null) : refusal(result)
})

export const signOutEverywhere = memberAction('members.write', z.object({ userId }), async (context, input) => {
  const result = await members.signOutEverywhere(context.db, { ...target(context), ...input }, context.by)
  return result.ok ? done(null) : refusal(result)
})

export const makeResetLink = memberAction('members.write', z.object({ userId }), async (context, input) => {
  const wanted = { ...target(context), ...input, helper: context.member.userId }
  const result = await links.createMemberResetLink(context.db, wanted, context.by)
  return result.ok ? done(linkOf('reset', result)) : refusal(result)
})

function target({ member }: MemberContext) {
  return { tenantId: member.tenant.id, mayChangeOwners: can(member.role, 'owners.write') }
}

/** Undefined when all is well: an owner, whose password is not older than 15 min or was given right now. */
async function mayMakeOwner({ member }: MemberContext, given: string | undefined) {
  if (!can(member.role, 'owners.write')) return fault('forbidden', text.needsOwner)
  if (isFresh(member)) return undefined
  if (given === undefined || given === '') return fault('password_needed', text.passwordNeeded, 'password')
  const answer = await reauthenticate(member, given)
  if (answer.ok) return undefined
  const { retryAfterS } = answer
  return retryAfterS === undefined
    ? fault('wrong', text.passwordWrong, 'password')
    : fault('throttled', text.throttled(retryAfterS), 'password')
}

function linkOf(kind: 'invite' | 'reset', made: { readonly token: string; readonly expiresAt: Date }) {
  return { url: `${config().publicUrl}/${kind}/${made.token}`, expiresAt: made.expiresAt.toISOString() }
}

function refusal({ code, detail }: { readonly code: string; readonly detail: string }) {
  switch (code) {
    case 'last_owner':
      return fault(code, text.isLastOwner)
    case 'owners_only':
      return fault(code, text.needsOwner)
    case 'belongs_elsewhere':
      return fault(code, text.belongsElsewhere)
    case 'not_found':
      return fault(code, text.gone)
    default:
      return fault(code, `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`)
  }
}
