import { members } from '@eventmesh/db'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { ReactNode } from 'react'
import { Account } from '../../../../../features/account/account.tsx'
import { mySessions } from '../../../../../features/account/queries.ts'
import { GeneralForm } from '../../../../../features/settings/general-form.tsx'
import { IngestionForm } from '../../../../../features/settings/ingestion-form.tsx'
import { operatorLimits } from '../../../../../features/settings/operator-limits.ts'
import { SectionNav } from '../../../../../features/settings/section-nav.tsx'
import { isSection, type Section, sections } from '../../../../../features/settings/sections.ts'
import { SecurityForm } from '../../../../../features/settings/security-form.tsx'
import { text } from '../../../../../features/settings/text.ts'
import { ForbiddenPage } from '../../../../../features/shell/forbidden-page.tsx'
import { config } from '../../../../../server/config.ts'
import { pageMember } from '../../../../../server/page.ts'
import type { Member } from '../../../../../server/session.ts'
import { PageHeader } from '../../../../../ui/page-header.tsx'

type Props = { readonly params: Promise<{ readonly tenant: string; readonly section: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { section } = await params
  return { title: isSection(section) ? `${text.sections[section]} · ${text.title}` : text.title }
}

/** The account is everybody's own; the rest needs `settings.read`. */
export default async function SettingsSectionPage({ params }: Props) {
  const { tenant, section } = await params
  if (!isSection(section)) notFound()
  const answer = await pageMember(tenant, section === 'account' ? 'events.read' : 'settings.read')
  if (!answer.ok) return <ForbiddenPage title={text.title} answer={answer} />
  const { member } = answer
  return (
    <>
      <PageHeader title={text.title} />
      <div className="flex gap-6 px-4 pt-4 max-md:flex-col md:gap-10">
        <SectionNav
          slug={tenant}
          current={section}
          sections={members.may(member, 'settings.read') ? sections : ['account']}
        />
        <section aria-labelledby="section" className="flex w-full min-w-0 max-w-[560px] flex-col gap-6 pb-8">
          <h2 id="section" className="font-semibold text-15">
            {text.sections[section]}
          </h2>
          {await contentOf(section, member)}
        </section>
      </div>
    </>
  )
}

async function contentOf(section: Section, member: Member): Promise<ReactNode> {
  const { tenant } = member
  const { slug } = tenant
  switch (section) {
    case 'account':
      return <Account email={member.email} name={member.name} sessions={await mySessions(member)} />
    case 'general':
      return <GeneralForm id={tenant.id} createdAt={tenant.createdAt.toISOString()} name={tenant.name} slug={slug} />
    case 'ingestion': {
      const { viewersSeePayloads } = tenant.policy
      return (
        <IngestionForm
          slug={slug}
          initial={{ ...tenant.settings, viewersSeePayloads }}
          operator={operatorLimits(config().accept)}
        />
      )
    }
    case 'security': {
      const { sessionHoursMax, keyDaysMax } = tenant.policy
      return <SecurityForm slug={slug} initial={{ sessionHoursMax, keyDaysMax }} />
    }
    case 'export':
      return (
        <>
          <p className="text-fg-2">{text.export.lead}</p>
          <div>
            {/* A download is no page of the router's. */}
            <a
              href={`/api/${slug}/configuration`}
              download
              className="inline-flex h-8 items-center rounded-control border border-line-strong bg-surface px-3 font-medium text-fg no-underline hover:bg-hover pointer-coarse:h-11"
            >
              {text.export.button}
            </a>
          </div>
        </>
      )
  }
}
