import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { Overview } from '../../../features/overview/overview.tsx'
import { OverviewSkeleton } from '../../../features/overview/overview-skeleton.tsx'
import { dimensions, hasAccepted, overview } from '../../../features/overview/queries.ts'
import { readRange } from '../../../features/overview/range.ts'
import { RangeRow } from '../../../features/overview/range-row.tsx'
import { Refresh } from '../../../features/overview/refresh.tsx'
import { text } from '../../../features/overview/text.ts'
import { ForbiddenPage } from '../../../features/shell/forbidden-page.tsx'
import { pageMember } from '../../../server/page.ts'
import { requestFacts } from '../../../server/request.ts'
import { PageHeader } from '../../../ui/page-header.tsx'

export const metadata: Metadata = { title: text.title }

type Props = {
  readonly params: Promise<{ readonly tenant: string }>
  readonly searchParams: Promise<Readonly<Record<string, string | string[] | undefined>>>
}

export default async function OverviewPage({ params, searchParams }: Props) {
  const { tenant } = await params
  const answer = await pageMember(tenant, 'events.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  if (!(await hasAccepted(member))) redirect(`/${tenant}/get-started`)
  const given = await searchParams
  const range = readRange({
    get: (name) => {
      const value = given[name]
      return typeof value === 'string' ? value : null
    },
  })
  const all = dimensions.find((dimension) => dimension === given.by)
  const now = new Date()
  const at = now.toISOString()
  const { requestId } = await requestFacts()
  return (
    <>
      <PageHeader title={text.title} actions={<RangeRow at={at} />} />
      <Refresh at={at} className="flex justify-between px-4 pt-3 md:hidden" />
      <Suspense fallback={<OverviewSkeleton />}>
        <Overview
          slug={tenant}
          range={range}
          data={overview(member, range, all, now)}
          requestId={requestId}
          all={all}
        />
      </Suspense>
    </>
  )
}
