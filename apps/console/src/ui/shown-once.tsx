'use client'

import { useState } from 'react'
import { Button } from './button.tsx'
import { DialogFooter } from './dialog-parts.tsx'

/** A text that is never shown again; one double-click selects it. */
export function ShownOnce({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <output
      aria-label={label}
      className="block select-all break-all rounded-control border border-line-strong bg-bg px-3 py-2.5 font-mono text-13"
    >
      {text}
    </output>
  )
}

/** The way out of a dialog that shows such a text: Done after a copy, else a second question. */
export function ShownOnceFooter({
  isCopied,
  words,
  onClose,
}: {
  readonly isCopied: boolean
  readonly words: { readonly done: string; readonly close: string; readonly sureLead: string; readonly sure: string }
  readonly onClose: () => void
}) {
  const [isAsking, setAsking] = useState(false)
  return (
    <DialogFooter>
      {isCopied ? (
        <Button kind="primary" onClick={onClose}>
          {words.done}
        </Button>
      ) : isAsking ? (
        <>
          <span role="alert" className="mr-auto self-center text-13 text-bad-text">
            {words.sureLead}
          </span>
          <Button kind="danger" onClick={onClose}>
            {words.sure}
          </Button>
        </>
      ) : (
        <Button kind="quiet" onClick={() => setAsking(true)}>
          {words.close}
        </Button>
      )}
    </DialogFooter>
  )
}
