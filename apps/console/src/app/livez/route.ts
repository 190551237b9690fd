export const dynamic = 'force-dynamic'

export function GET(): Response {
  return text(200, 'ok')
}

function text(status: number, word: string): Response {
  return new Response(`${word}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}
