import { capabilities, members } from '@eventmesh/db'
import { database } from '../../server/database.ts'
import { orNone } from '../../server/or-none.ts'
import type { PageMember } from '../../server/page.ts'
import { Forbidden } from '../../ui/forbidden.tsx'
import { forbiddenText } from './text.ts'

type Props = { readonly title: string; readonly answer: PageMember & { readonly ok: false } }

/** Names the lowest role that would do, and the people who can give it. */
export async function ForbiddenPage({ title, answer }: Props) {
  const { capability, member } = answer
  const needed = capabilities[capability].at(-1) ?? 'owner'
  const all = await orNone('forbidden', members.list(database(), member.tenant.id))
  return (
    <Forbidden
      title={title}
      sentence={forbiddenText(needed, capability)}
      owners={all?.filter(({ role }) => role === 'owner').map(({ email }) => email) ?? []}
    />
  )
}
