import { expect, it } from 'vitest'
import { eventLimits, scanDocument, scanItems } from './json.ts'
import { checkUtf8 } from './text.ts'

const cases = 40_000
const seed = 20_261_123

const documents = [
  '{"event_type":"order.created","payload":{"id":9223372036854775807,"ok":true,"no":false,"nil":null,"t":"a\\u00e9\\n"}}',
  '[1,-0,0.5,1e9,-1.25E-3,[],{},[[{"a":[{}]}]],"",{"":""}]',
  ' {\r\n\t"Zürich" : [ "😀" , "\\ud83d\\ude00" , "\\ud800" ] } ',
  '"a string alone"',
  '-12.5e+10',
  '{"a":1,"a":2,"__proto__":{"b":[true,false,null]}}',
].map((text) => Buffer.from(text))

/** Bytes that mean something to the grammar, and a few that do not. */
const alphabet = Buffer.from('{}[]:,"\\/ \t\n\r-+.0123456789eEtrufalsnbABCDEF\u0000\u001f\u007fé\u2028x', 'utf8')

it(`judges ${cases} mutated documents as JSON.parse does`, () => {
  const random = mulberry32(seed)
  let accepted = 0
  for (let i = 0; i < cases; i++) {
    const bytes = mutate(documents[Math.floor(random() * documents.length)]!, random)
    const expected = parsed(bytes)
    const result = scanDocument(bytes, eventLimits)
    const isAccepted = checkUtf8(bytes) === undefined && result.ok
    if (isAccepted !== (expected !== undefined)) expect.fail(`disagrees on ${JSON.stringify(bytes.toString('latin1'))}`)
    if (expected === undefined || !result.ok) continue
    accepted++
    if (result.kind === 'object') sameMembers(bytes, result.members, expected.value)
    if (result.kind === 'array') sameItems(bytes, expected.value)
  }
  expect(accepted).toBeGreaterThan(cases / 20)
  expect(accepted).toBeLessThan((cases * 19) / 20)
})

function sameMembers(bytes: Buffer, members: readonly { name: string; start: number; end: number }[], value: unknown) {
  const last = new Map(members.map(({ name, start, end }) => [name, JSON.parse(bytes.toString('utf8', start, end))]))
  expect(Object.entries(value as object).length).toBe(last.size)
  for (const [name, member] of Object.entries(value as object)) expect(last.get(name)).toEqual(member)
}

function sameItems(bytes: Buffer, value: unknown) {
  const result = scanItems(bytes, 0, bytes.length, { ...eventLimits, itemsMax: 1_000 })
  const items = result.ok
    ? result.items.map(({ start, end }) => JSON.parse(bytes.toString('utf8', start, end)))
    : undefined
  expect(items).toEqual(value)
}

function parsed(bytes: Buffer): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) }
  } catch {
    return undefined
  }
}

/** One to three changes: a byte replaced, inserted, removed or copied from elsewhere, or the end cut off. */
function mutate(document: Buffer, random: () => number): Buffer {
  let bytes = Buffer.from(document)
  const upTo = (limit: number) => Math.floor(random() * limit)
  for (let change = 0; change <= upTo(3); change++) {
    const at = upTo(bytes.length + 1)
    const byte = random() < 0.9 ? alphabet[upTo(alphabet.length)]! : upTo(256)
    switch (upTo(5)) {
      case 0:
        if (at < bytes.length) bytes[at] = byte
        break
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)])
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])
        break
      case 3: {
        const from = upTo(bytes.length)
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + upTo(12)), bytes.subarray(at)])
        break
      }
      default:
        if (random() < 0.2) bytes = bytes.subarray(0, at)
    }
  }
  return bytes
}

/** mulberry32: 32 bits of state are plenty here, and a seed repeats the run. */
function mulberry32(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
