'use client'

import { unstable_rethrow, usePathname, useRouter, useSearchParams } from 'next/navigation'
import { Component, type ReactNode, startTransition } from 'react'
import { Button } from './button.tsx'
import { ErrorState } from './states.tsx'

type Props = { readonly children: ReactNode; readonly requestId: string }

/** Keeps a failure in its part of the page. Another address, and Try again, ask the server anew. */
export function FaultBoundary({ children, requestId }: Props) {
  const router = useRouter()
  const address = `${usePathname()}?${useSearchParams()}`
  return (
    <Boundary address={address} requestId={requestId} refresh={() => router.refresh()}>
      {children}
    </Boundary>
  )
}

type BoundaryProps = Props & { readonly address: string; readonly refresh: () => void }

class Boundary extends Component<BoundaryProps, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError(error: unknown) {
    // A redirect and a 404 are the framework's.
    unstable_rethrow(error)
    return { hasFailed: true }
  }

  override componentDidUpdate(before: BoundaryProps) {
    if (this.state.hasFailed && before.address !== this.props.address) this.setState({ hasFailed: false })
  }

  #tryAgain = () => {
    startTransition(() => {
      this.props.refresh()
      this.setState({ hasFailed: false })
    })
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children
    return (
      <ErrorState
        title="This could not be loaded"
        requestId={this.props.requestId}
        retry={<Button onClick={this.#tryAgain}>Try again</Button>}
      />
    )
  }
}
