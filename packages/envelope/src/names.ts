/** Branded ids: a string that was checked where it entered is not mixed up with another kind further in. */
declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

/** The isolation boundary: lower-case UUID text. */
export type TenantId = Branded<'TenantId'>
/** A tenant's credential for native events: lower-case UUID text (never the key itself). */
export type KeyId = Branded<'KeyId'>
/** Where a provider's webhooks of a tenant come in: lower-case UUID text (never the URL token). */
export type SourceId = Branded<'SourceId'>
/** One sealed secret of a source: lower-case UUID text. */
export type SecretId = Branded<'SecretId'>
/** An event's identity: UUIDv8 text, a pure function of tenant, scope and idempotency key. */
export type EventId = Branded<'EventId'>
/** One HTTP call: UUIDv7 text, made on arrival. */
export type RequestId = Branded<'RequestId'>

/** Live and test never meet: the mode of the key or source is part of scope, record and index. */
export type Mode = 'live' | 'test'

/** Where an idempotency key is unique within a tenant: a source id, or the native API in one of its two modes. */
export type Scope = 'native' | 'native-test' | (string & {})
