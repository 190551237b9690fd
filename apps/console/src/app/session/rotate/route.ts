import { NextResponse } from 'next/server'
import { config } from '../../../server/config.ts'
import { nextPath } from '../../../server/next-path.ts'
import { isSameOrigin } from '../../../server/same-origin.ts'
import { currentUser, rotate } from '../../../server/session.ts'

export const dynamic = 'force-dynamic'

/** Exchanges the caller's own session id and goes on; changes nothing else, so it may be a GET. */
export async function GET(request: Request): Promise<Response> {
  // A router that fetches pages would take the page behind the redirect for this one, and come again: it loads what is
  // no page of its own as a document.
  const destination = request.headers.get('sec-fetch-dest')
  if (destination !== null && destination !== 'document')
    return new Response('', { headers: { vary: 'sec-fetch-dest' } })
  const next = nextPath(new URL(request.url).searchParams.get('next') ?? undefined)
  const user = await currentUser()
  if (user?.session.mustRotate) await rotate()
  return NextResponse.redirect(new URL(user === undefined ? '/sign-in' : next, config().publicUrl), 303)
}

/** The same for a script that stays on its page. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request.headers, config().publicUrl)) return new Response(null, { status: 403 })
  const user = await currentUser()
  if (user?.session.mustRotate) await rotate()
  return new Response(null, { status: user === undefined ? 401 : 204 })
}
