import type { Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Claims, Log, Rates } from '@eventmesh/bus'
import type { KeyUse } from '@eventmesh/db'
import type { Logger, Metrics } from '@eventmesh/runtime'
import { getRequestListener, RequestError } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { type Context, Hono } from 'hono'
import { ack } from './ack.ts'
import { attribute } from './authenticate.ts'
import { Background } from './background.ts'
import { keyIdOf } from './caller.ts'
import { errorPage } from './error-pages.ts'
import { type Exchange, exchangeOf } from './exchange.ts'
import type { IngestMessage } from './ingest-message.ts'
import { KeyCache, type KeyLookup } from './key-cache.ts'
import { KeyUsage } from './key-usage.ts'
import { Budget } from './limit.ts'
import type { Limits } from './limits.ts'
import { measureClaims, measureLog } from './measure.ts'
import { ingestMetrics } from './metrics.ts'
import type { Outcome, Refusal } from './outcome.ts'
import { accept, type PipelineDeps } from './pipeline.ts'
import type { PublishedKeys } from './published-keys.ts'
import { OutcomeRecorder } from './record-outcome.ts'
import { VerificationRecorder } from './record-verification.ts'
import { renewRates } from './renew-rates.ts'
import { hookToken, type Route, readHead, shownPath } from './request.ts'
import { createIngestServer } from './server.ts'
import { SourceCache } from './source-cache.ts'
import type { SourceStore } from './source-store.ts'
import { SourceUsage } from './source-usage.ts'
import { TokenBuckets } from './token-bucket.ts'

export type IngestDeps = {
  readonly log: Log
  readonly claims: Claims
  readonly lookupKey: KeyLookup
  readonly recordKeyUse: (uses: readonly KeyUse[]) => Promise<void>
  readonly sourceStore: SourceStore
  readonly publishedKeys: PublishedKeys
  readonly limits: Limits
  /** Keeps the rates together with other processes; without it each has its configured share. */
  readonly rates?: Rates | undefined
  /** As senders see this service, without a slash at the end. */
  readonly publicUrl: string
  readonly trustedProxyHops: number
  readonly logger: Logger
  readonly metrics: Metrics
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly isReady: () => Promise<boolean>
}

export type Ingest = {
  /** For what a listener tells them. */
  readonly caches: readonly [KeyCache, SourceCache]
  listen(port: number, host: string): Promise<number>
  /** From now on `/readyz` is 503 and each answer the last one on its connection; requests are still taken. */
  announceDrain(): void
  isDraining(): boolean
  /** Writes what was gathered beside the answers; it happens every 10 s by itself. */
  flush(): void
  /** Takes no more requests, ends those in flight, waits for what runs beside them. */
  drain(inFlightMs: number): Promise<void>
}

const flushEveryMs = 10_000
/** `/readyz` on the public port asks the parts no more often than this. */
const readyForMs = 500

/** The whole service but its connections: in a test as in production. */
export function createIngest(deps: IngestDeps): Ingest {
  const { limits, logger, publicUrl } = deps
  const log = measureLog(deps.log, deps.metrics)
  const claims = measureClaims(deps.claims, deps.metrics)
  const budget = new Budget(limits)
  const metrics = ingestMetrics(deps.metrics, budget)
  const background = new Background((what, error) => {
    metrics.backgroundError(what)
    logger.warn({ action: what, error }, 'work beside an answer failed')
  })
  const keys = new KeyCache(deps.lookupKey, limits)
  const sources = new SourceCache(deps.sourceStore, limits)
  const sourceUsage = new SourceUsage()
  const pipeline: PipelineDeps = {
    ...deps,
    log,
    claims,
    budget,
    background,
    keys,
    sources,
    usage: sourceUsage,
    confirm: (url) => deps.publishedKeys.confirm(url),
    failures: new TokenBuckets({
      rate: limits.ipFailuresPerMinute / 60,
      burst: limits.ipFailuresPerMinute,
      entriesMax: limits.keysMax,
    }),
  }
  const recorder = new OutcomeRecorder({
    ...deps,
    log,
    background,
    attribute: (request) => attribute(request, pipeline),
    verifications: new VerificationRecorder({ ...deps, background }),
  })
  const keyUsage = new KeyUsage()
  let state: 'serving' | 'announced' | 'draining' = 'serving'
  const ackDeps = { budget, publicUrl, isDraining: () => state !== 'serving' }

  const finish = (exchange: Exchange, outcome: Outcome): void => {
    exchange.hold?.release()
    const status = ack(exchange, outcome, ackDeps)
    const { caller } = exchange
    if (caller?.kind === 'key') {
      const { id, tenantId } = caller
      keyUsage.note({ tenantId, id, usedAt: new Date(exchange.receivedAtMs), ip: exchange.request?.ip ?? null })
    }
    recorder.record(exchange, outcome, status)
    metrics.request(exchange, outcome, status)
    logRequest(logger, exchange, outcome, status)
  }
  const fail = (exchange: Exchange, error: unknown): void => {
    logger.error(
      { error, request_id: exchange.requestId, route: shownPath(exchange.request?.path ?? '') },
      'a request failed',
    )
    const key = exchange.items?.length === 1 ? exchange.items[0]?.candidate?.idempotencyKey : undefined
    finish(
      exchange,
      refused('internal', 'something went wrong here; send the same request again', {
        ...(key === undefined ? {} : { idempotencyKey: key }),
      }),
    )
  }
  const serve = async (exchange: Exchange, route: Route): Promise<Response> => {
    let outcome: Outcome
    try {
      outcome =
        state === 'draining'
          ? refused('draining', 'this process is shutting down; send the same request again', { retryAfterSeconds: 1 })
          : await accept(exchange, route, pipeline)
    } catch (error) {
      fail(exchange, error)
      return RESPONSE_ALREADY_SENT
    }
    finish(exchange, outcome)
    return RESPONSE_ALREADY_SENT
  }
  /** What is known before any route: of a native request the answer carries the rates of its key all the same. */
  const refuseHead = async (exchange: Exchange, refusal: Refusal): Promise<void> => {
    const { request } = exchange
    if (request?.path.startsWith('/v1/') === true) exchange.caller = await attribute(request, pipeline)
    finish(exchange, { kind: 'refused', refusal })
  }
  const readiness = remembered(deps.isReady, readyForMs)
  const show = (exchange: Exchange, outcome: Outcome): Response => {
    finish(exchange, outcome)
    return RESPONSE_ALREADY_SENT
  }

  const app = new Hono<{ Bindings: { incoming: IngestMessage } }>()
  // One handler per path: with a second one for the other methods Hono composes a chain for each request.
  const route = (
    path: string,
    methods: readonly string[],
    handle: (exchange: Exchange, context: Context) => Response | Promise<Response>,
  ): void => {
    app.all(path, (c) => {
      const exchange = exchangeOf(c.env.incoming)
      return methods.includes(c.req.method) ? handle(exchange, c) : show(exchange, wrongMethod(methods.join(', ')))
    })
  }
  route('/v1/events', ['POST'], (exchange) => serve(exchange, 'single'))
  route('/v1/events/batch', ['POST'], (exchange) => serve(exchange, 'batch'))
  app.all('/hooks/:token', (c) => {
    const exchange = exchangeOf(c.env.incoming)
    // The token is read from the path as it was sent; a path that only resolves to one of these is none.
    const isAddress = exchange.request !== undefined && hookToken(exchange.request.path) !== undefined
    return isAddress ? serve(exchange, 'hook') : show(exchange, unknownRoute())
  })
  route('/livez', ['GET', 'HEAD'], (exchange) => show(exchange, page(200, 'ok')))
  route('/readyz', ['GET', 'HEAD'], async (exchange) => {
    const isReady = state === 'serving' && (await readiness())
    return show(exchange, isReady ? page(200, 'ok') : page(503, 'not ready'))
  })
  route('/errors/:code', ['GET', 'HEAD'], (exchange, c) =>
    show(exchange, errorPage(c.req.param('code') ?? '', exchange.request?.headers.accept) ?? unknownRoute()),
  )
  app.notFound((c) => show(exchangeOf(c.env.incoming), unknownRoute()))
  app.onError((error, c) => {
    fail(exchangeOf(c.env.incoming), error)
    return RESPONSE_ALREADY_SENT
  })

  const listener = getRequestListener((request, env) => app.fetch(request, env), {
    overrideGlobalObjects: false,
    // `ack` reads a refused upload on by itself.
    autoCleanupIncoming: false,
    errorHandler: (error) => {
      throw error
    },
  })
  const server: Server = createIngestServer({
    limits,
    publicUrl,
    now: deps.now,
    onExchange: (exchange) => {
      const head = readHead(exchange, limits, deps.trustedProxyHops)
      exchange.request = head.ok ? head.value : head.request
      if (!head.ok) {
        refuseHead(exchange, head.refusal).catch((error: unknown) => fail(exchange, error))
        return
      }
      if (exchange.fault !== undefined) {
        finish(exchange, { kind: 'refused', refusal: exchange.fault })
        return
      }
      listener(exchange.incoming, exchange.outgoing as ServerResponse).catch((error: unknown) => {
        if (error instanceof RequestError) {
          finish(exchange, refused('request_malformed', 'the URL or the Host header is malformed'))
        } else fail(exchange, error)
      })
    },
    onRefused: (refusal, status) => {
      metrics.refusedSocket(refusal.code)
      logger.info({ code: refusal.code, http_status: status, outcome: 'refused' }, 'request')
    },
  })

  const flush = (): void => {
    recorder.flush()
    const keyUses = keyUsage.take()
    if (keyUses.length > 0) background.run('key-use', deps.recordKeyUse(keyUses))
    const sourceUses = sourceUsage.take()
    if (sourceUses.length > 0) background.run('source-use', deps.sourceStore.recordUse(sourceUses))
  }
  const timer = setInterval(flush, flushEveryMs).unref()
  const renewal = deps.rates === undefined ? undefined : renewRates([budget.tenants, budget.keys], deps.rates)

  return {
    caches: [keys, sources],
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.off('error', reject)
          resolve((server.address() as AddressInfo).port)
        })
      }),
    announceDrain() {
      state = 'announced'
    },
    isDraining: ackDeps.isDraining,
    flush,
    async drain(inFlightMs) {
      state = 'draining'
      await close(server, inFlightMs)
      clearInterval(timer)
      await renewal?.stop()
      flush()
      await background.idle()
    },
  }
}

/** One answer for all who ask within `forMs`. */
function remembered(ask: () => Promise<boolean>, forMs: number): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined
  let until = 0
  return () => {
    if (answer === undefined || performance.now() >= until) {
      until = performance.now() + forMs
      answer = ask()
    }
    return answer
  }
}

/** Ends when every request in flight is answered; what is unfinished after `inFlightMs` is cut. */
async function close(server: Server, inFlightMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), inFlightMs)
  await closed
  clearTimeout(cut)
}

function refused(code: 'internal' | 'draining' | 'request_malformed', detail: string, more = {}): Outcome {
  return { kind: 'refused', refusal: { code, detail, ...more } }
}

function unknownRoute(): Outcome {
  return {
    kind: 'refused',
    refusal: {
      code: 'route_unknown',
      detail: 'there is nothing at this path; events go to POST /v1/events, webhooks to /hooks/<token>',
    },
  }
}

function wrongMethod(allow: string): Outcome {
  return { kind: 'refused', refusal: { code: 'method_not_allowed', detail: `this path takes ${allow} only`, allow } }
}

function page(status: number, text: string): Outcome {
  return { kind: 'page', status, contentType: 'text/plain; charset=utf-8', text: `${text}\n` }
}

/** One wide line per request. */
function logRequest(logger: Logger, exchange: Exchange, outcome: Outcome, status: number): void {
  if (outcome.kind === 'page') return
  const { caller, request, body } = exchange
  logger.info(
    {
      request_id: exchange.requestId,
      http_method: request?.method,
      route: request === undefined ? undefined : shownPath(request.path),
      http_status: status,
      outcome: outcome.kind,
      code: outcome.kind === 'refused' ? outcome.refusal.code : undefined,
      event_id: 'eventId' in outcome ? outcome.eventId : undefined,
      items: exchange.items?.length,
      tenant_id: caller?.tenantId,
      key_id: caller === undefined ? undefined : (keyIdOf(caller) ?? undefined),
      source: caller?.kind === 'source' ? caller.id : undefined,
      provider: caller?.kind === 'source' ? caller.source.provider : undefined,
      mode: caller?.mode,
      ip: request?.ip,
      bytes: body?.length,
      duration_ms: Math.round((performance.now() - exchange.startedAt) * 10) / 10,
    },
    'request',
  )
}
