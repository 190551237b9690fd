import 'server-only'
import type { Capability, Role } from '@eventmesh/db'
import { notFound, redirect } from 'next/navigation'
import { requestFacts } from './request.ts'
import { type CurrentUser, currentUser, type Member, requireMember } from './session.ts'

export type PageMember =
  | { readonly ok: true; readonly member: Member }
  | { readonly ok: false; readonly capability: Capability; readonly role: Role; readonly member: Member }

/** For pages: whoever may not be here is sent on or sees a 404; who lacks the right gets the Forbidden screen. */
export async function pageMember(slug: string, capability: Capability): Promise<PageMember> {
  const answer = await requireMember(slug, capability)
  if (answer.ok) return { ok: true, member: answer.member }
  switch (answer.reason) {
    case 'signed_out':
      return redirect(`/sign-in?next=${encodeURIComponent((await requestFacts()).path)}`)
    case 'must_rotate':
      return redirect(`/session/rotate?next=${encodeURIComponent((await requestFacts()).path)}`)
    case 'too_old':
      return redirect(`/sign-in?again=1&next=${encodeURIComponent((await requestFacts()).path)}`)
    case 'not_member':
      return notFound()
    case 'forbidden':
      return { ok: false, capability, role: answer.member.role, member: answer.member }
  }
}

/** For pages that need a person but no organization. */
export async function pageUser(): Promise<CurrentUser> {
  const user = await currentUser()
  const path = encodeURIComponent((await requestFacts()).path)
  if (user === undefined) return redirect(`/sign-in?next=${path}`)
  if (user.session.mustRotate) return redirect(`/session/rotate?next=${path}`)
  return user
}
