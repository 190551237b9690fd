'use client'

import { CopyButton } from '../../ui/copy.tsx'
import { text } from './text.ts'

/** The one time that an address is shown. */
export function ShownAddress({ url, onCopied }: { readonly url: string; readonly onCopied: () => void }) {
  return (
    <div className="flex flex-col gap-2.5">
      <p className="text-fg-2">{text.adding.urlLead}</p>
      <output
        aria-label={text.adding.url}
        className="block select-all break-all rounded-control border border-line-strong bg-bg px-3 py-2.5 font-mono text-13"
      >
        {url}
      </output>
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
