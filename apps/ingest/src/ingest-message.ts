import { IncomingMessage } from 'node:http'
import type { Exchange } from './exchange.ts'

/** Headers by lower-case name, without a prototype; what may stand only once does. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>

export type HeaderTable = {
  readonly headers: RequestHeaders
  /** The first one that came twice and may not. */
  readonly repeated: string | undefined
}

/** Node's request with its exchange: a map beside it would be gone through at each garbage collection. */
export class IngestMessage extends IncomingMessage {
  exchange: Exchange | undefined = undefined
  #table: HeaderTable | undefined

  get table(): HeaderTable {
    this.#table ??= readTable(this.rawHeaders)
    return this.#table
  }
}

// Node's server looks for `Expect` in every request, and its own table would be a second reading of the same head.
Object.defineProperty(IngestMessage.prototype, 'headers', {
  get(this: IngestMessage): RequestHeaders {
    return this.table.headers
  },
})

// Two of these would leave it to each reader which one counts.
const singleHeaders: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-type',
  'expect',
  'host',
  'idempotency-key',
])

function readTable(raw: readonly string[]): HeaderTable {
  const headers: Record<string, string | undefined> = Object.create(null)
  let repeated: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    const value = raw[i + 1]!
    const earlier = headers[name]
    if (earlier === undefined) headers[name] = value
    else if (singleHeaders.has(name) || name.startsWith('ce-')) repeated ??= name
    else headers[name] = `${earlier}, ${value}`
  }
  return { headers, repeated }
}
