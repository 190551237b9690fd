import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import { GetStarted } from '../../../../features/get-started/get-started.tsx'
import { LaterButton } from '../../../../features/get-started/later-button.tsx'
import { earlierKey, indexHead, progressOf } from '../../../../features/get-started/queries.ts'
import { text } from '../../../../features/get-started/text.ts'
import { ForbiddenPage } from '../../../../features/shell/forbidden-page.tsx'
import { config } from '../../../../server/config.ts'
import { pageMember } from '../../../../server/page.ts'
import { PageHeader } from '../../../../ui/page-header.tsx'

export const metadata: Metadata = { title: text.title }

export default async function GetStartedPage({ params }: { readonly params: Promise<{ readonly tenant: string }> }) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'events.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const canSend = can(member.role, 'keys.write.test')
  const [seq, earlier, progress] = await Promise.all([
    indexHead(member),
    canSend ? earlierKey(member) : undefined,
    canSend ? progressOf(member) : undefined,
  ])
  return (
    <>
      <PageHeader title={text.title} actions={progress && <LaterButton slug={tenant} />} />
      <GetStarted
        slug={tenant}
        ingestUrl={config().ingestUrl}
        canSend={canSend}
        earlier={earlier}
        seq={seq}
        idempotencyKey={`hello-${crypto.randomUUID().slice(0, 6)}`}
      />
    </>
  )
}
