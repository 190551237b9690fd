import { requestFacts } from '../../server/request.ts'
import { ErrorState } from '../../ui/states.tsx'
import { RetryButton } from './retry-button.tsx'

/** In the place of a part whose data did not come; the request's id is the one in the log. */
export async function LoadFailed({ title }: { readonly title: string }) {
  return <ErrorState title={title} requestId={(await requestFacts()).requestId} retry={<RetryButton />} />
}
