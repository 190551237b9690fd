import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { fingerprint } from './fingerprint.ts'

const sent = { body: Buffer.from('{"a":1}'), mediaType: 'application/json', route: 'native' } as const

it('is the digest of the length-prefixed parts', () => {
  const part = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, Buffer.byteLength(text)]), Buffer.from(text)])
  const bytes = Buffer.concat([
    Buffer.from('eventmesh/fingerprint/1'),
    ...['native', 'application/json', 'ce-id', 'é', '{"a":1}'].map(part),
  ])
  expect(fingerprint({ ...sent, attributes: [['ce-id', 'é']] })).toBe(createHash('sha256').update(bytes).digest('hex'))
})

it('changes with each part that changes the meaning', () => {
  const prints = [
    sent,
    { ...sent, body: Buffer.from('{"a": 1}') },
    { ...sent, mediaType: 'application/cloudevents+json' },
    { ...sent, route: 'webhook' as const },
    { ...sent, attributes: [['ce-id', '1']] as const },
    { ...sent, attributes: [['ce-id', '2']] as const },
    { ...sent, attributes: [['ce-i', 'd1']] as const },
  ].map(fingerprint)
  expect(new Set(prints).size).toBe(prints.length)
  expect(prints.every((print) => /^[0-9a-f]{64}$/.test(print))).toBe(true)
})

it('sees bytes that parsing would make equal', () => {
  const of = (text: string) => fingerprint({ ...sent, body: Buffer.from(text) })
  expect(of('{"n":9223372036854775807}')).not.toBe(of('{"n":9223372036854776000}'))
  expect(of('{"a":1,"a":2}')).not.toBe(of('{"a":2}'))
  expect(of('{"s":"\\ud800"}')).not.toBe(of('{"s":"\ufffd"}'))
})

it('does not depend on the order of the headers', () => {
  const attributes = [
    ['ce-type', 'a'],
    ['ce-id', '1'],
  ] as const
  expect(fingerprint({ ...sent, attributes })).toBe(fingerprint({ ...sent, attributes: attributes.toReversed() }))
})
