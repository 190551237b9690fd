import { expect, test } from 'vitest'
import { actionsOf, matching, pagesOf, placesOf } from './entries.ts'

const none = { audit: false, settings: false, createKeys: false, sendEvents: false, writeSources: false, invite: false }
const all = { audit: true, settings: true, createKeys: true, sendEvents: true, writeSources: true, invite: true }
const labels = (entries: readonly { readonly label: string }[]) => entries.map(({ label }) => label)

test('offers only what the role has', () => {
  expect(labels(actionsOf('acme', none))).toEqual(['New organization…'])
  expect(labels(actionsOf('acme', all))).toContain('Create key…')
  expect(labels(pagesOf('acme', none))).not.toContain('Audit log')
  expect(labels(pagesOf('acme', all))).toContain('Audit log')
})

test('finds an entry by the beginnings of its words', () => {
  expect(labels(matching(pagesOf('acme', all), 'aud lo'))).toEqual(['Audit log'])
  expect(labels(matching(pagesOf('acme', all), 'password'))).toEqual(['Account'])
  expect(matching(pagesOf('acme', all), 'udit')).toEqual([])
})

test('opens a pasted id as an event and as a request', () => {
  const id = '7C1E9B52-0D4F-8A31-9B6E-2F5D8C40A7E1'
  expect(placesOf('acme', ` ${id} `).map(({ href }) => href)).toEqual([
    `/acme/events/${id.toLowerCase()}`,
    `/acme/events?q=request%3A${id.toLowerCase()}&range=30d`,
  ])
  expect(placesOf('acme', `${id}.3`)[0]?.href).toBe(`/acme/events/${id.toLowerCase()}.3`)
  expect(placesOf('acme', `${id}x`)).toEqual([])
})
