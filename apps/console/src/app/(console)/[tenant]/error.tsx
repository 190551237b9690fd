'use client'

import { useRouter } from 'next/navigation'
import { startTransition } from 'react'
import { Button } from '../../../ui/button.tsx'
import { PageHeader } from '../../../ui/page-header.tsx'
import { ErrorState } from '../../../ui/states.tsx'

/** The frame stays. `digest` is in the server's log beside the request's id. */
export default function PageFailed({
  error,
  reset,
}: {
  readonly error: Error & { digest?: string }
  readonly reset: () => void
}) {
  const router = useRouter()
  const tryAgain = () =>
    startTransition(() => {
      router.refresh()
      reset()
    })
  return (
    <>
      <PageHeader title="This page could not be loaded" />
      <ErrorState
        title="It may work again in a moment."
        requestId={error.digest ?? ''}
        retry={<Button onClick={tryAgain}>Try again</Button>}
      />
    </>
  )
}
