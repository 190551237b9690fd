import { expect, test } from 'vitest'
import { issuesOf, problemOf } from './problem.ts'
import type { EventView } from './queries.ts'

const problem = (...pointers: string[]) =>
  JSON.stringify({ detail: 'wrong', errors: pointers.map((pointer) => ({ pointer, code: 'x', detail: 'wrong' })) })
const pointers = (text: string, facts: object) =>
  issuesOf({ problem: text, facts: facts as EventView['facts'] }).map(({ pointer }) => pointer)

test('reads what an answer says, and nothing from what is none', () => {
  expect(problemOf(problem('/a'))).toMatchObject({ detail: 'wrong', issues: [{ pointer: '/a' }] })
  for (const text of [null, '', '[]', '"x"', '{"errors":{}}', '{"detail":1}']) {
    expect(problemOf(text), String(text)).toEqual({ detail: undefined, issues: [] })
  }
})

test('points into the item alone, of which the body was kept', () => {
  expect(pointers(problem('/3/payload'), { items: 1, item: 0 })).toEqual(['/3/payload'])
  expect(pointers(problem('/3/payload', '/events/3', '/31/a'), { items: 9, item: 3 })).toEqual([
    '/payload',
    '',
    '/31/a',
  ])
})
