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
]
