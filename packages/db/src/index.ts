export type { Actor, AuditNames, AuditQuery, AuditRow, AuditTarget } from './audit.ts'
export * as audit from './audit.ts'
export { type Capability, can, capabilities, isRole, type Role, roles } from './capabilities.ts'
export { type ConnectOptions, connect, type Database, type Transaction, type TransactionOptions } from './connect.ts'
export { DatabaseError, type DatabaseErrorKind, toDatabaseError } from './database-error.ts'
export type { BodyPart, BodyQuery, EventBytes } from './event-bytes.ts'
export type { BodyState, EventDetail } from './event-detail.ts'
export type { EventFacets, Facet, FacetField, FacetQuery } from './event-facets.ts'
export type { EventFacts, EventKey, EventPlace, EventSource } from './event-facts.ts'
export type { EventMatch, FoundBy } from './event-find.ts'
export type { RequestItems, RequestItemsQuery } from './event-items.ts'
export {
  type LiveQuery,
  type LiveRows,
  type LiveSample,
  type LiveSampleQuery,
  liveBacklog,
  liveCountMax,
  liveRowsMax,
} from './event-live.ts'
export { type EventPage, type EventPageQuery, eventPageLimitMax } from './event-page.ts'
export type { EventRange, FixedRange } from './event-range.ts'
export type { RelatedEvents, RelatedRows } from './event-related.ts'
export {
  type EventList,
  type EventLookup,
  type EventRow,
  type EventSearch,
  eventListLimitMax,
  events,
  type ListedEvent,
} from './events.ts'
export { type IndexRoll, indexChannel, indexUpkeep, keptDays } from './index-upkeep.ts'
export {
  type IndexEntry,
  type IndexRow,
  indexWriter,
  type LogPlace,
  type RecordBody,
  type RejectedBody,
  type WriteResult,
} from './index-writer.ts'
export { inspectServer, type ServerFacts } from './inspect.ts'
export type { Invite, InviteLink, InviteState, OpenInvite } from './invites.ts'
export * as invites from './invites.ts'
export { keyChannel } from './key-changes.ts'
export type { KeyRecord } from './key-lookup.ts'
export { keyModes } from './key-modes.ts'
export { type KeyStatus, type KeyTimes, keyStatus } from './key-status.ts'
export { displayKey, generateKey, type NewKey, parseKey } from './key-text.ts'
export type { KeyUsage, KeyUsageQuery } from './key-usage.ts'
export type { ApiKey, CreateKey, KeyChanged, KeyCreated, KeyFilter, KeyUse, NamedKey, RotateKey } from './keys.ts'
export * as keys from './keys.ts'
export { type Latency, latencyBucketsMs } from './latency-histogram.ts'
export type { LinkState, NewLink, SetupLink } from './links.ts'
export * as links from './links.ts'
export type { Listener, ListenOptions } from './listen.ts'
export * as masterKeys from './master-keys.ts'
export type { Member, Membership, Organization } from './members.ts'
export * as members from './members.ts'
export { type MigrateOptions, migrate, pendingMigrations } from './migrate.ts'
export { isMigratedTo } from './migrated.ts'
export { type PolicyException, policyExceptions } from './policy-exceptions.ts'
export * as positions from './positions.ts'
export type { RawSql } from './redirect.ts'
export type { Refused } from './refused.ts'
export { assertRole, type ProcessRole, processRoles, roleName } from './roles.ts'
export type { SourceOptions, VerificationEvidence } from './schema/source.ts'
export {
  createMasterKey,
  type MasterKey,
  masterKeyBytes,
  type Opened,
  openSecret,
  type SealedSecret,
  type SealingKey,
  type SecretPlace,
  sealSecret,
} from './sealed-secrets.ts'
export * from './search-grammar.ts'
export type { NewSession, Session } from './sessions.ts'
export * as sessions from './sessions.ts'
export * as signInThrottle from './sign-in-throttle.ts'
export type { NamedSource } from './source-changes.ts'
export type { DirectSource } from './source-direct.ts'
export type {
  OpenedSecret,
  OpenedSecrets,
  RetiredSecret,
  SiblingSecret,
  SourceRecord,
  StoredSecret,
} from './source-lookup.ts'
export { sourceModes } from './source-modes.ts'
export type { NamedSecret, Resealed, SourceSecret } from './source-secrets.ts'
export * as sourceSecrets from './source-secrets.ts'
export { type SourceActivity, type SourceStatus, sourceStatus, usualGapMs } from './source-status.ts'
export { generateToken, sourceUrl, tokenHash, withoutTokens } from './source-token.ts'
export { sourceUpkeep } from './source-upkeep.ts'
export type { SourceUsage } from './source-usage.ts'
export { type SourceUse, touchSources } from './source-use.ts'
export type { Verification } from './source-verifications.ts'
export * as verifications from './source-verifications.ts'
export type { CreateSource, Source, SourceChanged, SourceWithToken } from './sources.ts'
export * as sources from './sources.ts'
export { type Counted, type CountRow, type Dimension, otherType, stats, typesPerDayMax } from './stats.ts'
export type { Attention } from './stats-attention.ts'
export type { BucketedRange } from './stats-range.ts'
export type { OutcomeCounts, Series, SeriesBucket, SeriesTotals } from './stats-series.ts'
export type { Top, TopDimension, TopQuery, TopValue } from './stats-top.ts'
export type { DedupWindowS, Tenant, TenantChanged, TenantForm, TenantPolicy, TenantSettings } from './tenants.ts'
export * as tenants from './tenants.ts'
export { reservedSlugs } from './tenants.ts'
export type { UsageBucket } from './usage.ts'
export * as users from './users.ts'
export {
  emailSchema,
  type PersonPreferences,
  personNameSchema,
  preferencesSchema,
  type User,
  type UserId,
} from './users.ts'
