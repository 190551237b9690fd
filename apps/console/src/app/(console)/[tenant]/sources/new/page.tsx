import { can } from '@eventmesh/db'
import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { ForbiddenPage } from '../../../../../features/shell/forbidden-page.tsx'
import { ConnectForm } from '../../../../../features/sources/connect-form.tsx'
import { Connected } from '../../../../../features/sources/connected.tsx'
import { ProviderTiles } from '../../../../../features/sources/provider-tiles.tsx'
import { getSource, providerSheet, providerTiles } from '../../../../../features/sources/queries.ts'
import { Steps } from '../../../../../features/sources/steps.tsx'
import { text } from '../../../../../features/sources/text.ts'
import { VerificationTest } from '../../../../../features/sources/verification-test.tsx'
import { pageMember } from '../../../../../server/page.ts'
import { PageHeader } from '../../../../../ui/page-header.tsx'
import { Prose } from '../../../../../ui/prose.tsx'

export const metadata: Metadata = { title: text.adding.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

/** Three steps; the address says which: nothing, `provider`, `source`, `source` with `step=test`. */
export default async function AddSourcePage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'sources.write')
  if (!answer.ok) return <ForbiddenPage title={text.adding.title} answer={answer} />
  const { member } = answer
  const rights = {
    write: true,
    secret: can(member.role, 'sources.secret'),
    delete: can(member.role, 'sources.delete'),
  }
  const { provider, source: sourceId, step } = await searchParams

  if (typeof sourceId === 'string') {
    const source = await getSource(member, sourceId)
    if (source === undefined) notFound()
    const sheet = providerSheet(source.provider.id)
    if (step === 'test' || sheet === undefined) {
      return (
        <Frame slug={tenant} at={2} title={`${text.testing.title}: ${source.name}`}>
          <VerificationTest slug={tenant} source={source} provider={sheet} sinceMs={Date.now()} />
        </Frame>
      )
    }
    return (
      <Frame slug={tenant} at={1} title={source.name}>
        <Connected slug={tenant} provider={sheet} rights={rights} sourceId={source.id} />
      </Frame>
    )
  }
  if (typeof provider === 'string') {
    const sheet = providerSheet(provider)
    if (sheet === undefined) notFound()
    return (
      <Frame slug={tenant} at={1} title={sheet.name}>
        <p className="-mt-2 text-fg-2">
          <Prose text={sheet.summary} />
          {'. '}
          <Link href={`/${tenant}/sources/new`} prefetch={false} className="text-accent-text underline">
            {text.adding.change}
          </Link>
        </p>
        <ConnectForm slug={tenant} provider={sheet} rights={rights} />
      </Frame>
    )
  }
  return (
    <Frame slug={tenant} at={0} title={text.adding.title}>
      <ProviderTiles slug={tenant} tiles={providerTiles()} />
    </Frame>
  )
}

function Frame({
  slug,
  at,
  title,
  children,
}: {
  readonly slug: string
  readonly at: 0 | 1 | 2
  readonly title: string
  readonly children: ReactNode
}) {
  return (
    <>
      <PageHeader
        title={title}
        crumb={
          <Link href={`/${slug}/sources`} prefetch={false} className="text-fg-3 no-underline hover:text-fg">
            {text.title}
          </Link>
        }
      />
      <div className="flex flex-col gap-5 p-4">
        <Steps at={at} />
        {children}
      </div>
    </>
  )
}
