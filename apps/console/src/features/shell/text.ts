import type { Capability, Role } from '@eventmesh/db'

export const text = {
  skip: 'Skip to content',
  main: 'Main',
  overview: 'Overview',
  events: 'Events',
  sources: 'Sources',
  keys: 'API keys',
  members: 'Members',
  settings: 'Settings',
  audit: 'Audit log',
  getStarted: 'Get started',
  organization: 'Organization',
  current: 'Current',
  newOrganization: 'New organization…',
  live: 'Live',
  degraded: 'Degraded',
  times: 'Times',
  utc: 'UTC',
  local: 'Local',
  relative: 'Relative',
  theme: 'Theme',
  light: 'Light',
  dark: 'Dark',
  system: 'System',
  account: (person: string) => `Account ${person}`,
  signOut: 'Sign out',
  openMenu: 'Open navigation',
  find: 'Find anything…',
  findKeys: '⌘K',
  tryAgain: 'Try again',
  shortcuts: 'Keyboard shortcuts',
  suspended: 'Suspended by the operator on',
  suspendedHint: 'Events are refused until the organization is resumed.',
  showRefused: 'Show refused events',
} as const

const purposes: Readonly<Partial<Record<Capability, string>>> = {
  'audit.read': 'see the audit log',
  'settings.read': 'see the settings',
  'sources.write': 'add a source',
}

export function forbiddenText(needed: Role, capability: Capability): string {
  return `You need the ${needed} role to ${purposes[capability] ?? 'see this page'}.`
}

export const shortcuts: readonly (readonly [keys: string, does: string])[] = [
  ['⌘K', 'Find anything; Ctrl K elsewhere'],
  ['g o', 'Go to Overview'],
  ['g e', 'Go to Events'],
  ['g s', 'Go to Sources'],
  ['g k', 'Go to API keys'],
  ['g m', 'Go to Members'],
  ['g a', 'Go to Audit log'],
  ['u', 'Show times in UTC, local or relative'],
  ['t', 'Choose the time range'],
  ['/', 'Search'],
  ['n', 'New key, invite or source'],
  ['.', 'Menu of the row'],
  ['⌘S', 'Save a form; Ctrl S elsewhere'],
  ['j k', 'Next and previous row'],
  ['Enter', 'Open the row'],
  ['c', 'Copy its id, or the fact that has the focus'],
  ['x', 'Choose the row; with Shift everything up to it'],
  ['1 … 6', 'Parts of the event'],
  ['l', 'Live tail of the events'],
  ['Esc', 'Close'],
  ['?', 'This list'],
]
