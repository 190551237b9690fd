'use client'

import { useState } from 'react'
import { CopyButton } from '../../ui/copy.tsx'
import { DialogBody } from '../../ui/dialog-parts.tsx'
import { ShownOnce, ShownOnceFooter } from '../../ui/shown-once.tsx'
import { useLeaveGuard } from '../../ui/use-leave-guard.ts'
import { text } from './text.ts'
import { tryLine } from './try-line.ts'

type Props = { readonly secret: string; readonly ingestUrl: string; readonly onClose: () => void }

/** The one time that a key is shown: it leaves only by Done after a copy, or by a second question. */
export function RevealKey({ secret, ingestUrl, onClose }: Props) {
  const [isCopied, setCopied] = useState(false)
  useLeaveGuard()
  const onCopied = () => setCopied(true)
  return (
    <>
      <DialogBody>
        <ShownOnce text={secret} label={text.reveal.key} />
        <div className="flex flex-wrap gap-2 max-sm:*:w-full">
          <CopyButton text={secret} label={text.reveal.copyKey} isSticky autoFocus kind="primary" onCopied={onCopied} />
          <CopyButton text={`EVENTMESH_API_KEY=${secret}`} label={text.reveal.copyEnv} isSticky onCopied={onCopied} />
          <CopyButton text={tryLine(ingestUrl, secret)} label={text.reveal.copyCurl} isSticky onCopied={onCopied} />
        </div>
      </DialogBody>
      <ShownOnceFooter isCopied={isCopied} words={text.reveal} onClose={onClose} />
    </>
  )
}
