'use client'

import { Radio } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { cn } from '../../ui/class-names.ts'
import { text } from './text.ts'
import { useLiveSwitch } from './use-live-switch.ts'

/** `live=1` in the address; `l` does the same. */
export function LiveButton() {
  const { isLive, toggle } = useLiveSwitch()
  return (
    <Button
      size="small"
      aria-pressed={isLive}
      onClick={toggle}
      className={cn(isLive && 'border-transparent bg-accent-soft text-accent-text')}
    >
      <Radio aria-hidden size={15} />
      {text.live.toggle}
    </Button>
  )
}
