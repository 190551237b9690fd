import type { AuditRow } from '@eventmesh/db'

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
  pages: 'Pages',
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
  sessionId: 'Session',
  copySessionId: 'Copy session id',
  copyRequestId: 'Copy the request’s id',
} as const

const kinds: Readonly<Record<AuditRow['actorKind'], string>> = {
  user: 'user',
  operator: 'operator by CLI',
  system: 'system',
}

/** Beside the actor's name, which says it in part where nobody gave another. */
export function kindOf({ actorKind, actorName }: Pick<AuditRow, 'actorKind' | 'actorName'>): string {
  const words = kinds[actorKind]
  return words.startsWith(actorName) ? words.slice(actorName.length).trim() : words
}

const sentences: Readonly<Record<string, string>> = {
  'key.created': 'created the key',
  'key.rotated': 'rotated the key',
  'key.revoked': 'revoked the key',
  'key.disabled': 'disabled the key',
  'key.enabled': 'enabled the key',
  'key.changed': 'changed the key',
  'key.overlap_extended': 'extended the overlap of the key',
  'key.overlap_ended': 'ended the overlap of the key',
  'source.created': 'created the source',
  'source.changed': 'changed the source',
  'source.paused': 'paused the source',
  'source.resumed': 'resumed the source',
  'source.deleted': 'deleted the source',
  'source.url_rotated': 'rotated the URL of the source',
  'source.secret_added': 'added a secret to the source',
  'source.secret_learned': 'learned a secret of the source',
  'source.secret_removed': 'removed a secret of the source',
  'tenant.secrets_resealed': 'sealed the secrets anew of the organization',
  'tenant.created': 'created the organization',
  'tenant.renamed': 'renamed the organization',
  'tenant.settings_changed': 'changed settings of the organization',
  'tenant.suspended': 'suspended the organization',
  'tenant.resumed': 'resumed the organization',
  'member.joined': 'joined as',
  'member.renamed': 'changed the name of',
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
