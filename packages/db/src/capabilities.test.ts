import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { can, capabilities, isRole, roles } from './capabilities.ts'

test('is the table of docs/permissions.md, both ways', () => {
  const page = readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
  const written = Object.fromEntries(
    rows.flatMap(([, names = '', ...marks]) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => [name, roles.filter((_, column) => marks[column] === '✓')]),
    ),
  )
  expect(written).toEqual(capabilities)
})

test('lets a higher role do all that a lower one may', () => {
  for (const allowed of Object.values(capabilities)) expect(roles.slice(0, allowed.length)).toEqual(allowed)
})

test('tells what a role may', () => {
  expect(can('viewer', 'events.read')).toBe(true)
  expect(can('viewer', 'keys.write.test')).toBe(false)
  expect(can('developer', 'keys.write.test')).toBe(true)
  expect(can('developer', 'keys.write.live')).toBe(false)
  expect(isRole('owner')).toBe(true)
  expect(isRole('root')).toBe(false)
})
