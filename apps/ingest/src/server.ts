import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { newRequestId } from '@eventmesh/envelope'
import { ackSocket } from './ack.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { IngestMessage } from './ingest-message.ts'
import type { Limits } from './limits.ts'
import type { Refusal } from './outcome.ts'

export type ServerDeps = {
  readonly limits: Limits
  readonly publicUrl: string
  readonly now: () => number
  /** A request whose headers are complete. */
  readonly onExchange: (exchange: Exchange) => void
  /** What the parser refused before there was a request. */
  readonly onRefused: (refusal: Refusal, status: number) => void
}

/** Node's HTTP server with every bound said aloud; what its parser refuses is answered like every other refusal. */
export function createIngestServer(deps: ServerDeps): Server {
  const { limits } = deps
  const server = createServer({
    IncomingMessage: IngestMessage,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.connectionsCheckMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxHeaderSize: limits.headerBytesMax,
    // Checked by `readHead`, which answers with a problem; Node's own 400 has no body.
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
  })
  server.maxConnections = limits.connectionsMax
  // Bounded by maxHeaderSize; Node would drop what is beyond the count and tell nobody, `readHead` refuses it.
  server.maxHeadersCount = 0

  const receive = (incoming: IngestMessage, outgoing: ServerResponse, expectsContinue: boolean): Exchange => {
    const exchange = openExchange(incoming, outgoing, { receivedAtMs: deps.now(), expectsContinue })
    const connection = connections.get(incoming.socket)
    if (connection === undefined) connections.set(incoming.socket, { latest: exchange })
    else connection.latest = exchange
    return exchange
  }
  server.on('request', (incoming, outgoing) => deps.onExchange(receive(incoming, outgoing, false)))
  server.on('checkContinue', (incoming, outgoing) => deps.onExchange(receive(incoming, outgoing, true)))
  server.on('checkExpectation', (incoming, outgoing) => {
    const exchange = receive(incoming, outgoing, false)
    exchange.fault = { code: 'request_malformed', detail: 'header Expect may only ask for 100-continue' }
    deps.onExchange(exchange)
  })
  server.on('connect', (_incoming, socket) => {
    refuseSocket(socket, { code: 'request_malformed', detail: 'this service is no proxy' }, deps)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => onClientError(error, socket, deps))
  return server
}

const connections = new WeakMap<Duplex, { latest: Exchange }>()
const refused = new WeakSet<Duplex>()

function onClientError(error: NodeJS.ErrnoException, socket: Duplex, deps: ServerDeps): void {
  if (refused.has(socket)) return
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || !socket.writable) {
    socket.destroy()
    return
  }
  refused.add(socket)
  const exchange = connections.get(socket)?.latest
  if (exchange === undefined || exchange.outgoing.writableFinished) {
    refuseSocket(socket, headFault(error), deps)
  } else if (!exchange.incoming.complete) {
    breakBody(exchange, bodyFault(error))
  } else {
    // The fault is in what follows a request that is still being answered: that answer comes first.
    exchange.outgoing.once('finish', () => refuseSocket(socket, headFault(error), deps))
  }
}

/** The step that reads the body answers; if the answer is out already, the connection ends with it. */
function breakBody(exchange: Exchange, fault: Refusal): void {
  exchange.fault = fault
  if (exchange.onFault !== undefined) exchange.onFault(fault)
  else if (exchange.outgoing.headersSent) exchange.outgoing.end()
}

function refuseSocket(socket: Duplex, refusal: Refusal, deps: ServerDeps): void {
  refused.add(socket)
  deps.onRefused(refusal, ackSocket(socket, refusal, newRequestId(deps.now()), deps.publicUrl))
}

function headFault(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers_too_large', detail: 'the request line and headers are larger than 16 KiB allow' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'body_timeout', detail: 'the request did not arrive in time; send it again', retryAfterSeconds: 1 }
    default:
      return { code: 'request_malformed', detail: 'the request is not well-formed HTTP/1.1' }
  }
}

function bodyFault(error: NodeJS.ErrnoException): Refusal {
  return error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    ? { code: 'body_timeout', detail: 'the body did not arrive in time; send it again', retryAfterSeconds: 1 }
    : { code: 'body_malformed', detail: 'the body ended early or its chunks are malformed' }
}
