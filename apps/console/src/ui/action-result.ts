/** What every action answers: data, or a fault with its way out and the request's id. */
export type ActionResult<Data> = { readonly ok: true; readonly data: Data } | ActionFault

export type ActionFault = {
  readonly ok: false
  readonly code: string
  readonly message: string
  /** The id that the way out leads to. */
  readonly subject?: string
  readonly fieldErrors?: Readonly<Record<string, string>>
  readonly requestId: string
}
