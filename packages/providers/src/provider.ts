import type { Scheme, SourceOptions } from './schemes/scheme.ts'

/**
 * A provider is data: how its deliveries are proved, typed, keyed, split and answered. One file per provider in
 * `catalog/`; to add one, see docs/providers/adding-a-provider.md.
 */
export type Provider = {
  /** Lower case; the first part of every event type of its sources. */
  readonly id: string
  readonly name: string
  /** The provider's own page on its webhooks. */
  readonly docs: string
  /** Day on which the record was last compared with its sources. */
  readonly checked: string
  /** Where the record was read: a library, a specification, a documentation page. */
  readonly source: string
  /**
   * How well the record is known, signature / delivery. S: read in the provider's own code or documentation, or proved
   * by a vector it published; T: read in a third-party catalogue; K: general knowledge, re-check before relying on it.
   */
  readonly confidence: `${'S' | 'T' | 'K'}/${'S' | 'T' | 'K'}`
  /** vector: published vectors pass; generated: only vectors of our own; none: nothing could be run against it. */
  readonly proof: 'vector' | 'generated' | 'none'
  readonly scheme: Scheme
  readonly secret: SecretForm
  /** Options beyond those of every provider. */
  readonly options?: readonly OptionForm[]
  /** Alternatives, the first present one counts; parts of one are joined by `.`. Empty: `<provider>.event`. */
  readonly type: readonly Joined[]
  /** Alternatives, the first complete one counts; parts joined by `:`. Empty: the hash of the body. */
  readonly key: readonly Joined[] | 'cloudevents'
  /** The provider's own time; the first present place counts. Empty: when we received it. */
  readonly time: readonly Place[]
  readonly split?: Split
  /** JSON pointers (into an item where split) of values that change from attempt to attempt: not part of the fingerprint. */
  readonly volatile?: readonly string[]
  /** Where claims of a verified token are read from, for places `claim:…`. */
  readonly claims?: 'body' | { readonly header: string }
  readonly handshakes?: readonly Handshake[]
  /** The provider's own 2xx; absent: 202 with our body. */
  readonly answer?: Answer
  readonly retry: string
  readonly ackLimit: string
  /** How to register the source's address, one step a line. */
  readonly setup: readonly string[]
  /** How to have the provider send a test, in one sentence. */
  readonly test: string
  /** What a reader must know beyond the table. */
  readonly notes?: readonly string[]
  /** A delivery for `source send` and the generated tests; absent where the provider alone can make one. */
  readonly sample?: Sample
}

/**
 * Where a value stands: `header:name`, `body:path`, `item:path` (of a split's item, else of the body), `outer:path`
 * (the item that holds the split array), `form:field`, `claim:path`, `xml:element`, `signed:time`, `first-member-but:a,b` (the name of
 * the first other member). In paths `.` goes down, digits index, `>` opens JSON that stands in a string. Alternatives
 * are divided by `|`.
 */
export type Place = string

export type Joined = readonly Place[]

export type Split = {
  /** Path of the array; empty for a top-level array. */
  readonly path: string
  /** Path, inside each item, of an array that is split as well. */
  readonly inner?: string
}

export type SecretForm = {
  readonly form:
    | 'text'
    | 'whsec'
    | 'gitlab'
    | 'hex'
    | 'base64'
    | 'ed25519'
    | 'ec-spki'
    | 'named-key'
    | 'key-pair'
    | 'user-password'
    | 'pem'
    | 'jwk'
    | 'generic'
    | 'none'
  /** Not needed: what it stands for is fetched, or learned from the first handshake. */
  readonly isOptional?: boolean
  /** The customer thinks it up and types it at the provider: we can make a good one. */
  readonly isChosen?: boolean
  /** One sentence: what it is and where the provider shows it. */
  readonly hint: string
  /** Further rule of a text; the message says the rule. */
  readonly pattern?: { readonly regex: RegExp; readonly rule: string }
  /** Characters below which a warning is given. */
  readonly shortBelow?: number
}

export type OptionForm = {
  readonly name: string
  readonly isRequired?: boolean
  readonly values?: readonly string[]
  readonly default?: string
  readonly doc: string
  /** Answers what is wrong, or undefined. */
  readonly check?: (value: string, options: SourceOptions) => string | undefined
}

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Handshake =
  | {
      readonly kind: 'echo-json'
      readonly member: string
      readonly when?: Place
      readonly equals?: string
      readonly isSigned?: boolean
    }
  | { readonly kind: 'echo-text'; readonly member: string; readonly header: string; readonly equals: string }
  | { readonly kind: 'echo-query'; readonly parameter: string; readonly method: 'GET' | 'POST' }
  | { readonly kind: 'echo-header'; readonly header: string; readonly member: string }
  | { readonly kind: 'hub' }
  | { readonly kind: 'status'; readonly method: 'HEAD'; readonly status: number }
  | { readonly kind: 'form-ping'; readonly field: string; readonly without?: string }
  | { readonly kind: 'discord-ping' }
  | { readonly kind: 'x-crc' }
  | { readonly kind: 'zoom' }
  | { readonly kind: 'smartcar' }
  | { readonly kind: 'braintree' }
  | { readonly kind: 'asana' }
  | { readonly kind: 'notion' }
  | { readonly kind: 'cloudevents' }
  | { readonly kind: 'sns' }

export type Sample = {
  readonly contentType: string
  /** Beyond content type and signature; `{id}` stands for the delivery id. */
  readonly headers?: Readonly<Record<string, string>>
  /** `{id}`, `{s}`, `{ms}` and `{iso}` stand for the delivery id and the time. */
  readonly body: string
}
