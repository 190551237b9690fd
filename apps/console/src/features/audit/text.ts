export const text = {
  title: 'Audit log',
  time: 'Time',
  actor: 'Actor',
  action: 'Action',
  target: 'Target',
  ip: 'IP',
  changes: 'Changes',
  older: 'Older entries',
  newest: 'Newest entries',
  none: 'No entries match these filters',
  clear: 'Clear filters',
  secretChanged: 'changed',
  nothing: '–',
  searchTarget: 'Id or name of the target',
  range: 'Range',
  anyTime: 'Any time',
  last: { '24h': 'Last 24 hours', '7d': 'Last 7 days', '30d': 'Last 30 days' },
  custom: 'Custom…',
  entry: 'Audit entry',
  targetId: 'Target id',
  copyTargetId: 'Copy the target’s id',
  requestId: 'Request',
  copyRequestId: 'Copy the request’s id',
} as const

const sentences: Readonly<Record<string, string>> = {
  'key.created': 'created the key',
  'key.rotated': 'rotated the key',
  'key.revoked': 'revoked the key',
  'key.disabled': 'disabled the key',
  'key.enabled': 'enabled the key',
  'key.changed': 'changed the key',
  'key.overlap_extended': 'extended the overlap of the key',
  'key.overlap_ended': 'ended the overlap of the key',
  'tenant.created': 'created the organization',
  'tenant.renamed': 'renamed the organization',
  'tenant.settings_changed': 'changed settings of the organization',
  'tenant.suspended': 'suspended the organization',
  'tenant.resumed': 'resumed the organization',
  'member.joined': 'joined as',
  'member.invited': 'invited',
  'member.role_changed': 'changed the role of',
  'member.removed': 'removed',
  'member.signed_out': 'signed out everywhere',
  'member.reset_link_made': 'made a reset link for',
  'member.invite_renewed': 'renewed the invite for',
  'member.invite_revoked': 'revoked the invite for',
}

/** `rotated the key`; an action that is newer than this table is written as it is. */
export function did(action: string): string {
  return sentences[action] ?? action
}
