import 'server-only'
import { type ApiKey, can, invites, keys, members } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import { log } from '../../server/logger.ts'
import type { Member } from '../../server/session.ts'
import { personWords } from '../../words/person.ts'
import { type InviteRow, type MemberRow, toInviteRow, toMemberRow } from './member-row.ts'

export type MemberList = { readonly rows: readonly MemberRow[]; readonly total: number }

/** `search`: part of the name or of the address. Keys come with it only for who may remove members. */
export async function listMembers(reader: Member, search: string | undefined): Promise<MemberList> {
  const db = database()
  const [all, made] = await Promise.all([
    members.list(db, reader.tenant.id),
    can(reader.role, 'members.write') ? keys.list(db, reader.tenant.id) : [],
  ])
  const owners = all.filter(({ role }) => role === 'owner').length
  const rows = all
    .filter((member) => search === undefined || personWords(member).toLowerCase().includes(search.toLowerCase()))
    .map((member) =>
      toMemberRow(member, {
        isSelf: member.userId === reader.userId,
        isLastOwner: member.role === 'owner' && owners === 1,
        keys: made.filter((key) => key.createdBy === member.email && isUsable(key)),
      }),
    )
  return { rows, total: all.length }
}

export async function listInvites({ tenant }: Member): Promise<readonly InviteRow[]> {
  const now = new Date()
  return (await invites.list(database(), tenant.id)).map((invite) => toInviteRow(invite, now))
}

/** For the tab. None where it cannot be loaded: that the list cannot be either is said there. */
export async function countInvites({ tenant }: Member): Promise<number> {
  try {
    return (await invites.list(database(), tenant.id)).length
  } catch (error) {
    log().warn({ error, route: 'members' }, 'the open invites could not be counted')
    return 0
  }
}

function isUsable({ kind, status }: ApiKey): boolean {
  return kind === 'standard' && status !== 'expired' && status !== 'revoked'
}
