'use client'

import { CopyButton } from '../../ui/copy.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { text } from './text.ts'

/** The one time that an address is shown. */
export function ShownAddress({ url, onCopied }: { readonly url: string; readonly onCopied: () => void }) {
  return (
    <div className="flex flex-col gap-2.5">
      <p className="text-fg-2">{text.adding.urlLead}</p>
      <ShownOnce text={url} label={text.adding.url} />
      <span className="flex max-sm:*:w-full">
        <CopyButton
          text={url}
          label={text.adding.copyUrl}
          isSticky
          autoFocus
          kind="primary"
          onCopied={onCopied}
          className="max-sm:w-full"
        />
      </span>
    </div>
  )
}
