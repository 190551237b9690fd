'use client'

import { Button } from '../ui/button.tsx'
import { ErrorState } from '../ui/states.tsx'
import { text } from './text.ts'

/** `digest` is in the server's log beside the request's id. */
export default function Failed({
  error,
  reset,
}: {
  readonly error: Error & { digest?: string }
  readonly reset: () => void
}) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <ErrorState
        isPage
        title={text.failed.title}
        requestId={error.digest ?? ''}
        retry={<Button onClick={reset}>{text.failed.tryAgain}</Button>}
      />
    </main>
  )
}
