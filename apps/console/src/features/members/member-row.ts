import type { ApiKey, Member, OpenInvite, Role } from '@eventmesh/db'

/** A member as the browser gets it. Times are RFC 3339. */
export type MemberRow = {
  readonly userId: string
  readonly email: string
  readonly name: string | null
  readonly role: Role
  readonly joinedAt: string
  readonly lastActiveAt: string | null
  readonly isSelf: boolean
  readonly isLastOwner: boolean
  /** Usable keys that this person made. */
  readonly keys: readonly { readonly id: string; readonly name: string; readonly display: string }[]
}

export type InviteRow = {
  readonly id: string
  readonly email: string
  readonly role: Role
  readonly invitedBy: string
  readonly expiresAt: string
  readonly isExpired: boolean
}

/** What the reader may do; for the browser to show, the server asks again. */
export type MemberRights = { readonly write: boolean; readonly owners: boolean }

export function toMemberRow(
  member: Member,
  about: { readonly isSelf: boolean; readonly isLastOwner: boolean; readonly keys: readonly ApiKey[] },
): MemberRow {
  return {
    userId: member.userId,
    email: member.email,
    name: member.name,
    role: member.role,
    joinedAt: member.joinedAt.toISOString(),
    lastActiveAt: member.lastActiveAt?.toISOString() ?? null,
    isSelf: about.isSelf,
    isLastOwner: about.isLastOwner,
    keys: about.keys.map(({ id, name, display }) => ({ id, name, display })),
  }
}

export function toInviteRow(invite: OpenInvite, now: Date): InviteRow {
  return {
    id: invite.id,
    email: invite.email,
    role: invite.role,
    invitedBy: invite.invitedBy,
    expiresAt: invite.expiresAt.toISOString(),
    isExpired: invite.expiresAt.getTime() <= now.getTime(),
  }
}
