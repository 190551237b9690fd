export type { Actor, AuditQuery, AuditRow, AuditTarget } from './audit.ts'
export * as audit from './audit.ts'
export { type Capability, can, capabilities, isRole, type Role, roles } from './capabilities.ts'
export { type ConnectOptions, connect, type Database, type Transaction, type TransactionOptions } from './connect.ts'
export { DatabaseError, type DatabaseErrorKind, toDatabaseError } from './database-error.ts'
export {
  type EventCursor,
  type EventList,
  type EventLookup,
  type EventPageOptions,
  type EventRow,
  type EventSearch,
  eventListLimitMax,
  events,
  type ListedEvent,
} from './events.ts'
export { type IndexRoll, indexUpkeep } from './index-upkeep.ts'
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
export { keyChannel } from './key-changes.ts'
export type { KeyRecord } from './key-lookup.ts'
export { keyModes } from './key-modes.ts'
export { type KeyStatus, type KeyTimes, keyStatus } from './key-status.ts'
export { displayKey, generateKey, type NewKey, parseKey } from './key-text.ts'
export type { ApiKey, CreateKey, KeyChanged, KeyCreated, KeyFilter, KeyUse, NamedKey, RotateKey } from './keys.ts'
export * as keys from './keys.ts'
export type { LinkState, NewLink, SetupLink } from './links.ts'
export * as links from './links.ts'
export type { Listener, ListenOptions } from './listen.ts'
export type { Invite, InviteState, Member, Membership, Organization } from './members.ts'
export * as members from './members.ts'
export { type MigrateOptions, migrate, pendingMigrations } from './migrate.ts'
export { type PolicyException, policyExceptions } from './policy-exceptions.ts'
export * as positions from './positions.ts'
export type { Refused } from './refused.ts'
export { assertRole, type ProcessRole, processRoles, roleName } from './roles.ts'
export * from './search-grammar.ts'
export {
  type Counted,
  type Dimension,
  latencyBucket,
  latencyBucketsMs,
  otherType,
  type SeriesRow,
  stats,
  typesPerDayMax,
} from './stats.ts'
export type { Tenant, TenantChanged, TenantSettings } from './tenants.ts'
export * as tenants from './tenants.ts'
export type { NewSession, Session } from './sessions.ts'
export * as sessions from './sessions.ts'
export * as signInThrottle from './sign-in-throttle.ts'
export * as users from './users.ts'
export { emailSchema, type User, type UserId } from './users.ts'
