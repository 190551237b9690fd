import { redirect } from 'next/navigation'
import { pageMember } from '../../../../server/page.ts'

type Props = { readonly params: Promise<{ readonly tenant: string }> }

/** The first section that the role may open. */
export default async function SettingsPage({ params }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'settings.read')
  redirect(`/${tenant}/settings/${answer.ok ? 'general' : 'account'}`)
}
