import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { ForbiddenPage } from '../../../../../features/shell/forbidden-page.tsx'
import {
  deliveriesOf,
  getSource,
  providerSheet,
  rejectionsOf,
  secretsOf,
} from '../../../../../features/sources/queries.ts'
import { SourceDanger } from '../../../../../features/sources/source-danger.tsx'
import { TestTag } from '../../../../../features/sources/source-facts.tsx'
import { SourceHandshake } from '../../../../../features/sources/source-handshake.tsx'
import { SourceOverview } from '../../../../../features/sources/source-overview.tsx'
import { SourceSecrets } from '../../../../../features/sources/source-secrets.tsx'
import { SourceSettings } from '../../../../../features/sources/source-settings.tsx'
import { SourceTabs } from '../../../../../features/sources/source-tabs.tsx'
import { text } from '../../../../../features/sources/text.ts'
import { pageMember } from '../../../../../server/page.ts'
import { LinkButton } from '../../../../../ui/button.tsx'
import { PageHeader } from '../../../../../ui/page-header.tsx'

export const metadata: Metadata = { title: text.one }

export default async function SourcePage({
  params,
}: {
  readonly params: Promise<{ readonly tenant: string; readonly id: string }>
}) {
  const { tenant, id } = await params
  const answer = await pageMember(tenant, 'sources.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  const source = await getSource(member, id)
  if (source === undefined) notFound()
  const provider = providerSheet(source.provider.id)
  const rights = {
    write: can(member.role, 'sources.write'),
    secret: can(member.role, 'sources.secret'),
    delete: can(member.role, 'sources.delete'),
  }
  const [deliveries, rejections, secrets] = await Promise.all([
    deliveriesOf(member, id),
    rejectionsOf(member, id),
    secretsOf(member, id),
  ])
  const overview = (
    <SourceOverview
      slug={tenant}
      source={source}
      deliveries={deliveries}
      rejections={rejections}
      canTest={rights.write}
    />
  )
  const danger = <SourceDanger slug={tenant} source={source} provider={provider} rights={rights} />
  const known = provider && [
    {
      value: 'settings',
      label: text.tabs.settings,
      content: <SourceSettings slug={tenant} source={source} provider={provider} rights={rights} />,
    },
    {
      value: 'secrets',
      label: text.tabs.secrets,
      content: <SourceSecrets slug={tenant} sourceId={id} provider={provider} rows={secrets} rights={rights} />,
    },
    {
      value: 'handshake',
      label: text.tabs.handshake,
      content: <SourceHandshake source={source} provider={provider} />,
    },
  ]
  return (
    <>
      <PageHeader
        title={
          <span className="flex items-center gap-2">
            <span className="truncate">{source.name}</span>
            <TestTag mode={source.mode} />
          </span>
        }
        crumb={
          <Link href={`/${tenant}/sources`} prefetch={false} className="text-fg-3 no-underline hover:text-fg">
            {text.title}
          </Link>
        }
        actions={
          <LinkButton size="small" href={`/${tenant}/events?q=${encodeURIComponent(`source:${id}`)}`}>
            {text.viewEvents}
          </LinkButton>
        }
      />
      <div className="p-4 pt-1">
        <SourceTabs
          label={source.name}
          tabs={[
            { value: 'overview', label: text.tabs.overview, content: overview },
            ...(known ?? []),
            { value: 'danger', label: text.tabs.danger, content: danger },
          ]}
        />
      </div>
    </>
  )
}
