import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Heading } from '../../../features/access/heading.tsx'
import { SignInForm } from '../../../features/access/sign-in-form.tsx'
import { text } from '../../../features/access/text.ts'
import { nextPath } from '../../../server/next-path.ts'
import { currentUser } from '../../../server/session.ts'

export const metadata: Metadata = { title: text.signIn.title }

type Props = {
  readonly searchParams: Promise<{ readonly next?: string | string[]; readonly again?: string | string[] }>
}

export default async function SignInPage({ searchParams }: Props) {
  const { next, again } = await searchParams
  const path = nextPath(typeof next === 'string' ? next : undefined)
  const user = await currentUser()
  // An organization may want the password again from somebody who is signed in.
  if (user !== undefined && again === undefined) redirect(path)
  return (
    <>
      <Heading title={text.signIn.title}>{user === undefined ? undefined : text.signIn.again}</Heading>
      <SignInForm next={path} {...(user === undefined ? {} : { email: user.email })} />
    </>
  )
}
