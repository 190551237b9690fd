'use client'

import { ExternalLink } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Prose } from '../../ui/prose.tsx'
import { Section } from '../../ui/states.tsx'
import { useLeaveGuard } from '../../ui/use-leave-guard.ts'
import type { ProviderSheet } from './provider-sheet.ts'
import { SecretForm } from './secret-form.tsx'
import { ShownAddress } from './shown-address.tsx'
import type { SourceRights } from './source-row.ts'
import { text } from './text.ts'

const { adding } = text

type Props = {
  readonly slug: string
  readonly provider: ProviderSheet
  readonly rights: SourceRights
  readonly sourceId: string
  /** Only right after it was made. */
  readonly url?: string
}

/** Address, the provider's own steps, and the secret, in the order in which people need them. */
export function Connected({ slug, provider, rights, sourceId, url }: Props) {
  const router = useRouter()
  const [isCopied, setCopied] = useState(url === undefined)
  const [isAsking, setAsking] = useState(false)
  const goOn = () => {
    if (isCopied || isAsking) router.push(`/${slug}/sources/new?source=${sourceId}&step=test`)
    else setAsking(true)
  }
  const needsSecret = provider.secret.form !== 'none'
  return (
    <div className="flex max-w-[720px] flex-col gap-4">
      {!isCopied && <Guard />}
      <Section title={adding.url}>
        {url === undefined ? (
          <p className="text-fg-2">{adding.urlGone}</p>
        ) : (
          <ShownAddress url={url} onCopied={() => setCopied(true)} />
        )}
      </Section>
      <Section
        title={adding.setup(provider.name)}
        actions={
          <a
            href={provider.docs}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 text-12 text-accent-text no-underline hover:underline"
          >
            {adding.docs} <ExternalLink aria-hidden size={13} />
          </a>
        }
      >
        <ol className="m-0 flex flex-col gap-1.5 pl-5 text-fg-2">
          {provider.setup.map((step) => (
            <li key={step}>
              <Prose text={step} />
            </li>
          ))}
        </ol>
        {provider.notes.map((note) => (
          <p key={note} className="mt-2 text-12 text-fg-3">
            <Prose text={note} />
          </p>
        ))}
      </Section>
      {needsSecret && (
        <Section title={adding.secret}>
          <SecretForm
            slug={slug}
            sourceId={sourceId}
            secret={provider.secret}
            disabledReason={rights.secret ? undefined : text.needsSecret}
            submit={adding.save}
            onSaved={goOn}
          />
        </Section>
      )}
      {isAsking && !isCopied && (
        <p role="alert" className="text-bad-text">
          {adding.notCopied}
        </p>
      )}
      <span className="flex gap-2">
        <Button kind={needsSecret ? 'quiet' : 'primary'} onClick={goOn}>
          {adding.skip}
        </Button>
      </span>
    </div>
  )
}

function Guard() {
  useLeaveGuard()
  return null
}
