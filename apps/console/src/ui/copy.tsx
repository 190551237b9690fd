'use client'

import { Check, Copy as CopyIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { cn } from './class-names.ts'

const saidMs = 2_000

type Copying = { readonly isCopied: boolean; readonly copy: (other?: string) => Promise<boolean> }

/** Copies, and says so in its place and to screen readers; `other` instead of the text where only the click knows it. */
export function useCopy(text = ''): Copying {
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), saidMs)
    return () => clearTimeout(timer)
  }, [isCopied])
  return {
    isCopied,
    async copy(other = text) {
      const isDone = await writeClipboard(other)
      setCopied(isDone)
      return isDone
    },
  }
}

export function Copy({
  text,
  label,
  className,
}: {
  readonly text: string
  readonly label: string
  readonly className?: string
}) {
  const { isCopied, copy } = useCopy(text)
  return (
    <button
      type="button"
      aria-label={label}
      title={isCopied ? 'Copied' : label}
      onClick={(event) => {
        event.stopPropagation()
        event.preventDefault()
        void copy()
      }}
      className={cn(
        'inline-grid size-6 shrink-0 place-items-center rounded-[4px] align-middle text-fg-3 hover:bg-hover hover:text-fg',
        className,
      )}
    >
      {isCopied ? <Check aria-hidden size={14} className="text-ok-text" /> : <CopyIcon aria-hidden size={14} />}
      <span role="status" className="sr-only">
        {isCopied ? 'Copied' : ''}
      </span>
    </button>
  )
}

/** As a button with words; the check mark stays for good with `isSticky`. */
export function CopyButton({
  text,
  label,
  isSticky = false,
  onCopied,
  autoFocus,
  kind,
  className,
}: {
  readonly text: string
  readonly label: string
  readonly isSticky?: boolean
  readonly onCopied?: () => void
  readonly autoFocus?: boolean
  readonly kind?: 'primary' | 'default'
  readonly className?: string
}) {
  const { isCopied, copy } = useCopy(text)
  const [wasCopied, setWasCopied] = useState(false)
  const isChecked = isCopied || (isSticky && wasCopied)
  return (
    <Button
      kind={kind ?? 'default'}
      className={cn(className)}
      autoFocus={autoFocus}
      onClick={async () => {
        if (!(await copy())) return
        setWasCopied(true)
        onCopied?.()
      }}
    >
      {isChecked ? <Check aria-hidden size={15} /> : <CopyIcon aria-hidden size={15} />}
      {label}
      <span role="status" className="sr-only">
        {isCopied ? 'Copied' : ''}
      </span>
    </Button>
  )
}

/** Answers whether it worked. */
export async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Refused (no permission, no secure context): the text can still be selected by hand.
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const isDone = document.execCommand('copy')
  area.remove()
  return isDone
}
