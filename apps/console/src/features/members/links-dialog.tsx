'use client'

import { Button } from '../../ui/button.tsx'
import { Copy, CopyButton } from '../../ui/copy.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog-parts.tsx'
import { Time } from '../../ui/time.tsx'
import { text } from './text.ts'

export type ShownLink = { readonly email: string; readonly url: string; readonly expiresAt: string }

/** Links that are stored nowhere; a click outside does not lose them. */
export function LinksDialog({
  lead,
  links,
  onClose,
}: {
  readonly lead: string
  readonly links: readonly ShownLink[]
  readonly onClose: () => void
}) {
  return (
    <Dialog isOpen isHeld onOpenChange={onClose} title={text.linksTitle} description={lead}>
      <LinkList links={links} onClose={onClose} />
    </Dialog>
  )
}

export function LinkList({
  links,
  refused = [],
  onClose,
}: {
  readonly links: readonly ShownLink[]
  readonly refused?: readonly { readonly email: string; readonly why: string }[]
  readonly onClose: () => void
}) {
  const [only] = links
  return (
    <>
      <DialogBody>
        <p className="text-12 text-fg-3">{text.linksLead}</p>
        <ul className="m-0 flex list-none flex-col gap-3 p-0">
          {links.map(({ email, url, expiresAt }) => (
            <li key={url} className="flex flex-col gap-1">
              <span className="flex flex-wrap items-baseline justify-between gap-x-3">
                <span className="break-all font-medium">{email}</span>
                <span className="text-12 text-fg-3">
                  {text.expires} <Time at={expiresAt} as="relative" />
                </span>
              </span>
              <span className="flex items-start gap-1 rounded-control border border-line bg-bg py-1 pr-1 pl-2.5">
                <code className="min-w-0 flex-1 select-all break-all py-1 leading-4">{url}</code>
                <Copy text={url} label={text.copyLink(email)} />
              </span>
            </li>
          ))}
        </ul>
        {refused.length > 0 && (
          <ul role="alert" className="m-0 flex list-none flex-col gap-1 p-0 text-12 text-warn-text">
            {refused.map(({ email, why }) => (
              <li key={email} className="break-all">
                {email} {why}
              </li>
            ))}
          </ul>
        )}
      </DialogBody>
      <DialogFooter>
        <CopyButton
          kind="primary"
          autoFocus
          isSticky
          label={links.length === 1 && only !== undefined ? text.copyLink(only.email) : text.copyAll}
          text={links.length === 1 ? (only?.url ?? '') : links.map(({ email, url }) => `${email}  ${url}`).join('\n')}
        />
        <Button onClick={onClose}>{text.done}</Button>
      </DialogFooter>
    </>
  )
}
