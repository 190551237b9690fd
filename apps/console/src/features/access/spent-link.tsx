import { LinkButton } from '../../ui/button.tsx'
import { Heading } from './heading.tsx'
import { text } from './text.ts'

/** A one-time link that is used, over or not ours. */
export function SpentLink({ title, reason }: { readonly title: string; readonly reason: string }) {
  return (
    <>
      <Heading title={title}>{reason}</Heading>
      <LinkButton href="/sign-in" kind="primary" className="mt-6 self-start">
        {text.goToSignIn}
      </LinkButton>
    </>
  )
}
