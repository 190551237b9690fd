import { can } from '@eventmesh/db'
import type { ReactNode } from 'react'
import { KeyDialogs } from '../../../../features/keys/key-dialogs.tsx'
import { config } from '../../../../server/config.ts'
import { pageMember } from '../../../../server/page.ts'
import { requestFacts } from '../../../../server/request.ts'

type Props = { readonly children: ReactNode; readonly params: Promise<{ readonly tenant: string }> }

export default async function KeysLayout({ children, params }: Props) {
  const { tenant } = await params
  const { member } = await pageMember(tenant, 'keys.read')
  return (
    <KeyDialogs
      slug={tenant}
      ingestUrl={config().ingestUrl}
      ownIp={(await requestFacts()).ip}
      rights={{ test: can(member.role, 'keys.write.test'), live: can(member.role, 'keys.write.live') }}
    >
      {children}
    </KeyDialogs>
  )
}
