/**
 * Who may do what: the one table for actions, queries and screens. `docs/permissions.md` shows it to people; a test
 * compares the two.
 */
export const roles = ['owner', 'admin', 'developer', 'viewer'] as const
export type Role = (typeof roles)[number]

export const capabilities = {
  'events.read': ['owner', 'admin', 'developer', 'viewer'],
  'sources.read': ['owner', 'admin', 'developer', 'viewer'],
  'keys.read': ['owner', 'admin', 'developer', 'viewer'],
  'members.read': ['owner', 'admin', 'developer', 'viewer'],
  'rules.read': ['owner', 'admin', 'developer', 'viewer'],
  'runs.read': ['owner', 'admin', 'developer', 'viewer'],
  'payload.read': ['owner', 'admin', 'developer', 'viewer'],
  'events.send': ['owner', 'admin', 'developer'],
  'events.export': ['owner', 'admin', 'developer'],
  'keys.write.test': ['owner', 'admin', 'developer'],
  'sources.write': ['owner', 'admin', 'developer'],
  'rules.write': ['owner', 'admin', 'developer'],
  'runs.control': ['owner', 'admin', 'developer'],
  'keys.write.live': ['owner', 'admin'],
  'sources.secret': ['owner', 'admin'],
  'sources.delete': ['owner', 'admin'],
  'members.write': ['owner', 'admin'],
  'audit.read': ['owner', 'admin'],
  'settings.read': ['owner', 'admin'],
  'settings.write': ['owner', 'admin'],
  'owners.write': ['owner'],
} as const satisfies Record<string, readonly Role[]>

export type Capability = keyof typeof capabilities

export function can(role: Role, capability: Capability): boolean {
  return capabilities[capability].some((allowed) => allowed === role)
}

export function isRole(text: string): text is Role {
  return roles.some((role) => role === text)
}
