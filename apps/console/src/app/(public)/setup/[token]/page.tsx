import { links } from '@eventmesh/db'
import type { Metadata } from 'next'
import { Heading } from '../../../../features/access/heading.tsx'
import { SetupForm } from '../../../../features/access/setup-form.tsx'
import { SpentLink } from '../../../../features/access/spent-link.tsx'
import { text } from '../../../../features/access/text.ts'
import { config } from '../../../../server/config.ts'
import { database } from '../../../../server/database.ts'
import { currentUser } from '../../../../server/session.ts'

export const metadata: Metadata = { title: text.setup.title }

export default async function SetupPage({ params }: { readonly params: Promise<{ readonly token: string }> }) {
  const { token } = await params
  const link = await links.findSetupLink(database(), token)
  if (link.state !== 'open') {
    const reasons = { used: text.used, expired: text.expiredSetup, unknown: text.unknown }
    return <SpentLink title={text.setup.title} reason={reasons[link.state]} />
  }
  const user = await currentUser()
  return (
    <>
      <Heading title={text.setup.title}>
        {user === undefined ? text.setup.lead : text.setup.leadSignedIn(user.email)}
      </Heading>
      <SetupForm
        token={token}
        isSignedIn={user !== undefined}
        origin={new URL(config().publicUrl).host}
        currentSlug={link.slug}
      />
    </>
  )
}
