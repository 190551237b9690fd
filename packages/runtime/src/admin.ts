import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

/** One dependency or condition of `/readyz?verbose`; `detail` holds no secret. */
export type ReadinessPart = { readonly name: string; readonly ok: boolean; readonly detail: string }
export type Readiness = { readonly ok: boolean; readonly parts: readonly ReadinessPart[] }

export type AdminOptions = {
  readonly host: string
  readonly port: number
  readonly ready: () => Promise<Readiness>
  readonly metrics: Metrics
  readonly logger: Logger
}

export type AdminServer = { readonly port: number; close(): Promise<void> }

/** The operator's listener of a process: `/livez`, `/readyz`, `/readyz?verbose`, `/metrics`. Rejects when the port is taken. */
export async function serveAdmin(options: AdminOptions): Promise<AdminServer> {
  const server = createServer(
    { keepAliveTimeout: 5_000, requestTimeout: 10_000, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(options, request.method ?? '', request.url ?? '').then(
        ({ status, type, text }) => {
          response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
        },
        (error: unknown) => {
          options.logger.error({ error, route: 'admin' }, 'an admin request failed')
          response.writeHead(500, { 'content-type': 'text/plain' }).end('internal error\n')
        },
      )
    },
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Answer = { readonly status: number; readonly type: string; readonly text: string }

async function answer(options: AdminOptions, method: string, url: string): Promise<Answer> {
  const { pathname, searchParams } = new URL(url, 'http://admin')
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'method not allowed')
  if (pathname === '/livez') return plain(200, 'ok')
  if (pathname === '/readyz') {
    const readiness = await options.ready()
    const status = readiness.ok ? 200 : 503
    if (!searchParams.has('verbose')) return plain(status, readiness.ok ? 'ok' : 'not ready')
    return { status, type: 'application/json', text: `${JSON.stringify(readiness, null, 2)}\n` }
  }
  if (pathname === '/metrics') {
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', text: await options.metrics.text() }
  }
  return plain(404, 'not found')
}

function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', text: `${text}\n` }
}
