/** What the grid of providers shows of one. */
export type ProviderTile = {
  readonly id: string
  readonly name: string
  readonly scheme: string
  /** Day on which its record was last compared with its sources. */
  readonly checked: string
  readonly proof: 'vector' | 'generated' | 'none'
  readonly isOpen: boolean
}

/** What a person needs to connect one. */
export type ProviderSheet = ProviderTile & {
  readonly docs: string
  readonly summary: string
  readonly setup: readonly string[]
  readonly test: string
  readonly retry: string
  readonly notes: readonly string[]
  readonly secret: {
    readonly form: string
    readonly hint: string
    readonly isOptional: boolean
    readonly isChosen: boolean
  }
  readonly options: readonly ProviderOption[]
  readonly handshakes: readonly string[]
  /** Whether `source send` can sign for it. */
  readonly canSend: boolean
}

export type ProviderOption = {
  readonly name: string
  readonly doc: string
  readonly isRequired: boolean
  readonly values: readonly string[] | null
  readonly initial: string | null
}
