/** A request to a source's address, as it arrived. */
export type WebhookRequest = {
  readonly method: string
  /** The source's public address without query; the option `public_url` wins over it. */
  readonly url: string
  /** The query as received, without `?`; empty when there is none. */
  readonly query: string
  /** Name, value, name, value … as in Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}
