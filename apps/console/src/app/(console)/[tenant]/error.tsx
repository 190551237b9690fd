'use client'

import { useRouter } from 'next/navigation'
import { startTransition } from 'react'
import { Button } from '../../../ui/button.tsx'
import { PageHeader } from '../../../ui/page-header.tsx'
import { ErrorState } from '../../../ui/states.tsx'
import { text } from '../../text.ts'

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
      <PageHeader title={text.failed.title} />
      <ErrorState
        title={text.failed.lead}
        requestId={error.digest ?? ''}
        retry={<Button onClick={tryAgain}>{text.failed.tryAgain}</Button>}
      />
    </>
  )
}
