'use client'

import { useRouter } from 'next/navigation'
import { useTransition } from 'react'
import { Button } from '../../ui/button.tsx'
import { text } from './text.ts'

/** Asks the server for the page again; what is open on it stays. */
export function RetryButton() {
  const router = useRouter()
  const [isPending, startTransition] = useTransition()
  return (
    <Button isPending={isPending} onClick={() => startTransition(() => router.refresh())}>
      {text.tryAgain}
    </Button>
  )
}
