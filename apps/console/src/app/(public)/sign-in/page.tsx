import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Heading } from '../../../features/access/heading.tsx'
import { SignInForm } from '../../../features/access/sign-in-form.tsx'
import { text } from '../../../features/access/text.ts'
import { nextPath } from '../../../server/next-path.ts'
import { currentUser } from '../../../server/session.ts'

export const metadata: Metadata = { title: text.signIn.title }

type Props = { readonly searchParams: Promise<{ readonly next?: string | string[] }> }

export default async function SignInPage({ searchParams }: Props) {
  const { next } = await searchParams
  const path = nextPath(typeof next === 'string' ? next : undefined)
  if ((await currentUser()) !== undefined) redirect(path)
  return (
    <>
      <Heading title={text.signIn.title} />
      <SignInForm next={path} />
    </>
  )
}
