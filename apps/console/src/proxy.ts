import { newRequestId } from '@eventmesh/envelope'
import { type NextRequest, NextResponse } from 'next/server'

// Nonce, request id and headers; no authorization: every page, Route Handler and action asks for itself.

export function proxy(request: NextRequest): NextResponse {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64')
  const requestId = newRequestId(Date.now())
  const policy = contentSecurityPolicy(nonce)

  // Over whatever the sender wrote there.
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('x-request-id', requestId)
  headers.set('x-eventmesh-path', request.nextUrl.pathname + withoutFlight(request.nextUrl.searchParams))
  // Next reads the nonce for its own scripts from here.
  headers.set('content-security-policy', policy)

  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('x-request-id', requestId)
  for (const [name, value] of Object.entries(fixedHeaders)) response.headers.set(name, value)
  // What is set here wins over the Route Handler's own; compressed, a stream would wait for its buffer to fill.
  if (stream.test(request.nextUrl.pathname)) response.headers.set('cache-control', 'no-cache, no-transform')
  return response
}

export const config = { matcher: ['/((?!_next/static).*)'] }

const stream = /^\/api\/[^/]+\/events\/stream$/

const fixedHeaders = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
}

function contentSecurityPolicy(nonce: string): string {
  const isDevelopment = process.env.NODE_ENV === 'development'
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    isDevelopment ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
  ].join('; ')
}

/** Navigations by script carry `_rsc`, which is nobody's address. */
function withoutFlight(given: URLSearchParams): string {
  const params = new URLSearchParams(given)
  params.delete('_rsc')
  return params.size === 0 ? '' : `?${params}`
}
