import type { Outcome } from '@eventmesh/envelope'
import type { Severity } from '../ui/status.tsx'

/** How outcomes and sources are called on every screen. */
export const outcomeText: Readonly<Record<Outcome, string>> = {
  accepted: 'Accepted',
  duplicate: 'Duplicate',
  rejected: 'Rejected',
  quarantined: 'Quarantined',
  copy: 'Copy',
}

export const outcomeSeverity: Readonly<Record<Outcome, Severity>> = {
  accepted: 'ok',
  duplicate: 'dup',
  rejected: 'bad',
  quarantined: 'warn',
  copy: 'neutral',
}

export function sourceText(name: string): string {
  if (name === 'native') return 'Direct API'
  return name === 'native-test' ? 'Direct API (test)' : name
}
