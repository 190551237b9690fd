'use client'

import { Check, Copy as CopyIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { cn } from './class-names.ts'
import { Tooltip } from './tooltip.tsx'

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
    <Tooltip label={label}>
      <button
        type="button"
        aria-label={label}
        onClick={(event) => {
          event.stopPropagation()
          event.preventDefault()
          void copy()
        }}
        className={cn(
          'relative inline-grid size-6 shrink-0 place-items-center rounded-[4px] align-middle text-fg-3 hover:bg-hover hover:text-fg pointer-coarse:size-11',
          className,
        )}
      >
        {isCopied ? <Check aria-hidden size={14} className="text-ok-text" /> : <CopyIcon aria-hidden size={14} />}
        <CopiedNote isCopied={isCopied} className="right-full mr-0.5" />
      </button>
    </Tooltip>
  )
}

/** Beside what was pressed, over whatever stands there: nothing moves. */
export function CopiedNote({ isCopied, className }: { readonly isCopied: boolean; readonly className: string }) {
  return (
    <span
      role="status"
      className={
        isCopied
          ? cn(
              'pointer-events-none absolute top-1/2 z-10 -translate-y-1/2 whitespace-nowrap rounded-[4px] bg-raised px-1.5 font-sans text-12 text-ok-text shadow-popover',
              className,
            )
          : 'sr-only'
      }
    >
      {isCopied ? 'Copied' : ''}
    </span>
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
