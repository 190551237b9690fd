/**
 * Every row-level security policy that does not compare the tenant, in one list. A test compares it with the database
 * in both directions, so an exception exists only with a reason.
 */
export type PolicyException = {
  readonly table: string
  readonly policy: string
  readonly role: string
  readonly reason: string
}

export const policyExceptions: readonly PolicyException[] = [
  {
    table: 'tenant',
    policy: 'tenant_operator',
    role: 'eventmesh_migrator',
    reason: 'the operator creates, lists and finds tenants by slug',
  },
  {
    table: 'tenant',
    policy: 'tenant_lookup',
    role: 'eventmesh_lookup',
    reason: 'a credential found by its hash brings its tenant; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'api_key',
    policy: 'api_key_operator',
    role: 'eventmesh_migrator',
    reason: 'the operator names a key by its id alone; reading only, changes run under the tenant that was found',
  },
  {
    table: 'api_key',
    policy: 'api_key_lookup',
    role: 'eventmesh_lookup',
    reason: 'a key is found by its hash before its tenant is known; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'user_account',
    policy: 'console_people',
    role: 'eventmesh_console',
    reason: 'a person signs in before any tenant is known, and may belong to several',
  },
  {
    table: 'credential',
    policy: 'console_people',
    role: 'eventmesh_console',
    reason: 'a password belongs to a person, not to a tenant; only the console verifies it',
  },
  {
    table: 'session',
    policy: 'console_people',
    role: 'eventmesh_console',
    reason: 'a session belongs to a person, not to a tenant; only the console knows its hash',
  },
  {
    table: 'sign_in_throttle',
    policy: 'console_people',
    role: 'eventmesh_console',
    reason: 'guesses are counted before anybody is known',
  },
  {
    table: 'reset_link',
    policy: 'console_people',
    role: 'eventmesh_console',
    reason: 'a password belongs to a person, not to a tenant',
  },
  {
    table: 'user_account',
    policy: 'operator',
    role: 'eventmesh_migrator',
    reason: 'the operator makes a reset link for an address',
  },
  {
    table: 'reset_link',
    policy: 'operator',
    role: 'eventmesh_migrator',
    reason: 'the operator makes a reset link for an address; reading them is not needed',
  },
  {
    table: 'membership',
    policy: 'lookup',
    role: 'eventmesh_lookup',
    reason:
      'which tenants a person belongs to is asked before one is chosen; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'setup_link',
    policy: 'lookup',
    role: 'eventmesh_lookup',
    reason: 'a link is found by its hash before its tenant is known; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'invite',
    policy: 'lookup',
    role: 'eventmesh_lookup',
    reason: 'a link is found by its hash before its tenant is known; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'source',
    policy: 'source_operator',
    role: 'eventmesh_migrator',
    reason: 'the operator names a source by its id alone; reading only, changes run under the tenant that was found',
  },
  {
    table: 'source',
    policy: 'source_lookup',
    role: 'eventmesh_lookup',
    reason:
      'a source is found by its URL token’s hash before its tenant is known; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'source_secret',
    policy: 'source_secret_operator',
    role: 'eventmesh_migrator',
    reason:
      'the operator names a secret by its id alone, and a new master key must know which ones are in use; reading only',
  },
  {
    table: 'source_secret',
    policy: 'source_secret_lookup',
    role: 'eventmesh_lookup',
    reason:
      'a source found by its URL token brings its sealed secrets; only SECURITY DEFINER functions act as this role',
  },
  {
    table: 'event_index',
    policy: 'engine_insert',
    role: 'eventmesh_engine',
    reason: 'the indexer writes a batch of many tenants at once, after it has checked where each record comes from',
  },
  {
    table: 'event_body',
    policy: 'engine_insert',
    role: 'eventmesh_engine',
    reason: 'the indexer writes a batch of many tenants at once, after it has checked where each record comes from',
  },
  {
    table: 'rejected_body',
    policy: 'engine_insert',
    role: 'eventmesh_engine',
    reason: 'the indexer writes a batch of many tenants at once, after it has checked where each record comes from',
  },
  {
    table: 'event_locator',
    policy: 'engine_insert',
    role: 'eventmesh_engine',
    reason: 'the indexer writes a batch of many tenants at once, after it has checked where each record comes from',
  },
  {
    table: 'event_stats_type',
    policy: 'engine_insert',
    role: 'eventmesh_engine',
    reason: 'the indexer writes a batch of many tenants at once, after it has checked where each record comes from',
  },
  {
    table: 'outcome_counter',
    policy: 'engine_insert',
    role: 'eventmesh_engine',
    reason: 'the indexer writes a batch of many tenants at once, after it has checked where each record comes from',
  },
  {
    table: 'event_index',
    policy: 'engine_read',
    role: 'eventmesh_engine',
    reason: 'an insert finds the same item of the same request; the grant covers these identities alone',
  },
  {
    table: 'event_index',
    policy: 'search',
    role: 'eventmesh_search',
    reason:
      'the tenant’s policy keeps @> from its index; only event_payload_search() acts as this role, and has the tenant in its text',
  },
  {
    table: 'event_locator',
    policy: 'engine_read',
    role: 'eventmesh_engine',
    reason: 'the first occurrence of an event decides what the next ones are; event_id contains the tenant',
  },
  {
    table: 'event_stats_type',
    policy: 'engine_read',
    role: 'eventmesh_engine',
    reason: 'the indexer counts how many types of a tenant have rows of their own',
  },
  {
    table: 'outcome_counter',
    policy: 'engine_read',
    role: 'eventmesh_engine',
    reason: 'RETURNING tells which counters were new; the grant covers their places on the log alone',
  },
  {
    table: 'event_stats_minute',
    policy: 'engine_count',
    role: 'eventmesh_engine',
    reason: 'the indexer adds to the sums of many tenants at once',
  },
  {
    table: 'event_stats_hour',
    policy: 'engine_count',
    role: 'eventmesh_engine',
    reason: 'the indexer adds to the sums of many tenants at once',
  },
  {
    table: 'event_latency',
    policy: 'engine_count',
    role: 'eventmesh_engine',
    reason: 'the indexer adds to the sums of many tenants at once',
  },
  {
    table: 'event_locator',
    policy: 'retention',
    role: 'eventmesh_migrator',
    reason: 'event_index_purge() deletes rows older than 35 days; the policy shows no younger ones',
  },
  {
    table: 'event_stats_minute',
    policy: 'retention',
    role: 'eventmesh_migrator',
    reason: 'event_index_purge() deletes rows older than 31 days; the policy shows no younger ones',
  },
  {
    table: 'event_stats_hour',
    policy: 'retention',
    role: 'eventmesh_migrator',
    reason: 'event_index_purge() deletes rows older than 31 days; the policy shows no younger ones',
  },
  {
    table: 'event_latency',
    policy: 'retention',
    role: 'eventmesh_migrator',
    reason: 'event_index_purge() deletes rows older than 31 days; the policy shows no younger ones',
  },
  {
    table: 'event_stats_type',
    policy: 'retention',
    role: 'eventmesh_migrator',
    reason: 'event_index_purge() deletes rows older than 31 days; the policy shows no younger ones',
  },
  {
    table: 'outcome_counter',
    policy: 'retention',
    role: 'eventmesh_migrator',
    reason: 'event_index_purge() deletes rows older than 31 days; the policy shows no younger ones',
  },
  {
    table: 'event_index_default',
    policy: 'day_move',
    role: 'eventmesh_migrator',
    reason: 'event_index_roll() moves rows to their day once it exists, and counts what is left',
  },
  {
    table: 'event_body_default',
    policy: 'day_move',
    role: 'eventmesh_migrator',
    reason: 'event_index_roll() moves rows to their day once it exists, and counts what is left',
  },
  {
    table: 'rejected_body_default',
    policy: 'day_move',
    role: 'eventmesh_migrator',
    reason: 'event_index_roll() moves rows to their day once it exists, and counts what is left',
  },
  {
    table: 'log_record',
    policy: 'log_append',
    role: 'eventmesh_ingest',
    reason: 'one append holds the records of many tenants; nobody may change one afterwards',
  },
  {
    table: 'log_record',
    policy: 'log_append',
    role: 'eventmesh_engine',
    reason: 'the engine appends dead letters and quarantined records of many tenants',
  },
  {
    table: 'log_record',
    policy: 'log_read',
    role: 'eventmesh_engine',
    reason: 'a consumer reads the log in order, whichever tenants its records belong to',
  },
  {
    table: 'log_record',
    policy: 'log_read',
    role: 'eventmesh_migrator',
    reason: 'the operator follows the log (event tail), and log_roll() judges the age of a range',
  },
  {
    table: 'claim',
    policy: 'claim_ingest_insert',
    role: 'eventmesh_ingest',
    reason: 'one statement claims the keys of every request of an event-loop turn',
  },
  {
    table: 'claim',
    policy: 'claim_ingest_select',
    role: 'eventmesh_ingest',
    reason: 'ON CONFLICT and the classification of a claim that was not won read the row; its key holds the tenant',
  },
  {
    table: 'claim',
    policy: 'claim_ingest_update',
    role: 'eventmesh_ingest',
    reason: 'ON CONFLICT takes over or settles the row; its key holds the tenant',
  },
  {
    table: 'claim',
    policy: 'claim_operator',
    role: 'eventmesh_migrator',
    reason: 'claim_purge() deletes expired rows, claim_reset() counts and drops all after a log was restored',
  },
]

/** Tables without a tenant's data, hence without row-level security; every other table has it. */
export const tablesWithoutTenant: Readonly<Record<string, string>> = {
  eventmesh_migration: 'which migrations were applied',
  log_head: 'the next offset of each topic',
  log_range: 'which partition holds which offsets',
  log_position: 'how far a consumer group is',
  event_index_head: 'the last number given to an index row',
  master_key: 'the public halves of the installation’s master key',
}
