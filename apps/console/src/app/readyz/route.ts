import { isReady } from '../../server/readiness.ts'

export const dynamic = 'force-dynamic'

export async function GET(): Promise<Response> {
  const ready = await isReady()
  return new Response(ready ? 'ok\n' : 'not ready\n', {
    status: ready ? 200 : 503,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
  })
}
