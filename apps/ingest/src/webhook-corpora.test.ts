import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredRecord } from '@eventmesh/bus'
import { readEnvelope, unwrap, type Wrap } from '@eventmesh/envelope'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestIngest, type TestAnswer, type TestIngest } from './testing.ts'

const corpora = join(import.meta.dirname, '../../../packages/envelope/fixtures/corpora')
const files = ['test_parsing', 'test_transform'].flatMap((folder) =>
  readdirSync(join(corpora, 'JSONTestSuite', folder)).map((name) => ({
    name,
    bytes: readFileSync(join(corpora, 'JSONTestSuite', folder, name)),
  })),
)
const naughty = JSON.parse(readFileSync(join(corpora, 'blns/blns.json'), 'utf8')) as readonly string[]

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest()
})
afterAll(() => t.close())

type Sent = { readonly name: string; readonly bytes: Buffer; readonly answer: TestAnswer }

/** Each body to one source of a provider that proves nothing, a few at a time. */
async function sendAll(
  bodies: readonly { name: string; bytes: Buffer }[],
  contentType: string | undefined,
): Promise<Sent[]> {
  const source = await t.createSource('none')
  const sent: Sent[] = []
  for (let at = 0; at < bodies.length; at += 16) {
    const answers = bodies.slice(at, at + 16).map(async ({ name, bytes }) => {
      const headers = contentType === undefined ? {} : { 'content-type': contentType }
      return { name, bytes, answer: await t.deliver(source, { body: bytes, headers }) }
    })
    sent.push(...(await Promise.all(answers)))
  }
  return sent
}

/** Kept ones by their event's id. */
async function recovered(sent: readonly Sent[]): Promise<Map<string, Buffer | undefined>> {
  const wanted = new Set(sent.map(({ answer }) => answer.body?.event_id))
  const records = (await t.records()).filter((record) => wanted.has(record.headers['em-event-id']))
  return new Map(records.map((record) => [record.headers['em-event-id']!, bodyOf(record)]))
}

function bodyOf(record: StoredRecord): Buffer | undefined {
  const envelope = readEnvelope(record.value)
  if (!envelope.ok) throw new Error(envelope.detail)
  return unwrap(envelope.payload, record.headers['em-wrap'] as Wrap, record.exactBody)
}

describe('every file of JSONTestSuite as the body of a webhook', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', undefined])(
    'of type %s is kept and comes back byte for byte',
    async (contentType) => {
      const sent = await sendAll(files, contentType)
      expect(sent.filter(({ answer }) => answer.status !== 202).map(({ name }) => name)).toEqual([])
      const kept = await recovered(sent)
      const wrong = sent.filter(({ bytes, answer }) => !kept.get(answer.body.event_id)?.equals(bytes))
      expect(wrong.map(({ name }) => name)).toEqual([])
    },
    120_000,
  )

  it('that calls itself JSON is kept byte for byte or refused with 400, as the file’s name says', async () => {
    const sent = await sendAll(files, 'application/json')
    const statuses = new Set(sent.map(({ answer }) => answer.status))
    expect([...statuses].sort()).toEqual([202, 400])
    const unexpected = sent.filter(({ name, answer }) =>
      name.startsWith('y_') ? answer.status !== 202 : name.startsWith('n_') && answer.status !== 400,
    )
    expect(unexpected.map(({ name }) => name)).toEqual([])
    const kept = sent.filter(({ answer }) => answer.status === 202)
    const bodies = await recovered(kept)
    expect(
      kept.filter(({ bytes, answer }) => !bodies.get(answer.body.event_id)?.equals(bytes)).map(({ name }) => name),
    ).toEqual([])
  }, 120_000)
})

it('every naughty string is kept as a body and comes back byte for byte', async () => {
  const sent = await sendAll(
    naughty.map((text) => ({ name: text, bytes: Buffer.from(text) })),
    'text/plain; charset=utf-8',
  )
  expect(sent.filter(({ answer }) => answer.status !== 202).map(({ name }) => name)).toEqual([])
  const kept = await recovered(sent)
  expect(sent.filter(({ bytes, answer }) => !kept.get(answer.body.event_id)?.equals(bytes))).toEqual([])
}, 120_000)
