import { NextResponse } from 'next/server'
import { config } from '../../../server/config.ts'
import { nextPath } from '../../../server/next-path.ts'
import { currentUser, rotate } from '../../../server/session.ts'

export const dynamic = 'force-dynamic'

/** Exchanges the caller's own session id and goes on; changes nothing else, so it may be a GET. */
export async function GET(request: Request): Promise<Response> {
  const next = nextPath(new URL(request.url).searchParams.get('next') ?? undefined)
  const user = await currentUser()
  if (user?.session.mustRotate) await rotate()
  return NextResponse.redirect(new URL(user === undefined ? '/sign-in' : next, config().publicUrl), 303)
}
