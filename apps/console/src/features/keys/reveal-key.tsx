'use client'

import { useEffect, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { DialogBody, DialogFooter } from '../../ui/dialog.tsx'
import { useLeaveGuard } from '../../ui/use-leave-guard.ts'
import { text } from './text.ts'
import { tryLine } from './try-line.ts'

type Props = { readonly secret: string; readonly ingestUrl: string; readonly onClose: () => void }

/** The one time that a key is shown: it leaves only by Done after a copy, or by a second question. */
export function RevealKey({ secret, ingestUrl, onClose }: Props) {
  const [isCopied, setCopied] = useState(false)
  const [isAsking, setAsking] = useState(false)
  useLeaveGuard()
  useEffect(() => {
    if (isCopied) setAsking(false)
  }, [isCopied])
  const onCopied = () => setCopied(true)
  return (
    <>
      <DialogBody>
        <output
          aria-label="API key"
          className="block select-all break-all rounded-control border border-line-strong bg-bg px-3 py-2.5 font-mono text-13"
        >
          {secret}
        </output>
        <div className="flex flex-wrap gap-2 max-sm:*:w-full">
          <CopyButton text={secret} label={text.reveal.copyKey} isSticky autoFocus kind="primary" onCopied={onCopied} />
          <CopyButton text={`EVENTMESH_API_KEY=${secret}`} label={text.reveal.copyEnv} isSticky onCopied={onCopied} />
          <CopyButton text={tryLine(ingestUrl, secret)} label={text.reveal.copyCurl} isSticky onCopied={onCopied} />
        </div>
      </DialogBody>
      <DialogFooter>
        {isCopied ? (
          <Button kind="primary" onClick={onClose}>
            {text.reveal.done}
          </Button>
        ) : isAsking ? (
          <>
            <span role="alert" className="mr-auto self-center text-13 text-bad-text">
              {text.reveal.sureLead}
            </span>
            <Button kind="danger" onClick={onClose}>
              {text.reveal.sure}
            </Button>
          </>
        ) : (
          <Button kind="quiet" onClick={() => setAsking(true)}>
            {text.reveal.close}
          </Button>
        )}
      </DialogFooter>
    </>
  )
}
