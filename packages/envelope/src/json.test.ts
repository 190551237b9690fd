import { describe, expect, it } from 'vitest'
import {
  decodeString,
  depthCeiling,
  eventLimits,
  type JsonFault,
  type JsonLimits,
  scanDocument,
  scanItems,
} from './json.ts'

const scan = (text: string, limits: JsonLimits = eventLimits) => scanDocument(Buffer.from(text), limits)

function faultOf(text: string, limits: JsonLimits = eventLimits): JsonFault | undefined {
  const result = scan(text, limits)
  return result.ok ? undefined : result.fault
}

function slices(text: string): [string, string, string][] {
  const bytes = Buffer.from(text)
  const result = scanDocument(bytes, eventLimits)
  if (!result.ok) throw new Error(result.fault.detail)
  return result.members.map((member) => [member.name, member.kind, bytes.toString('utf8', member.start, member.end)])
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const wide = (members: number) => `{${Array.from({ length: members }, (_, i) => `"m${i}":0`).join(',')}}`

describe('members of a document', () => {
  it('gives each with its kind and exact slice', () => {
    const text = ' { "a" : "x\\n" ,"b":-1.50E+2,\n"c":{ "d" : [1, 2] },"e":[ ],"f":true,"g":false,"h":null , "":{}} '
    expect(slices(text)).toEqual([
      ['a', 'string', '"x\\n"'],
      ['b', 'number', '-1.50E+2'],
      ['c', 'object', '{ "d" : [1, 2] }'],
      ['e', 'array', '[ ]'],
      ['f', 'true', 'true'],
      ['g', 'false', 'false'],
      ['h', 'null', 'null'],
      ['', 'object', '{}'],
    ])
  })

  it('reports repeated members in order, escaped names included', () => {
    expect(slices('{"a":1,"b":2,"\\u0061":3}')).toEqual([
      ['a', 'number', '1'],
      ['b', 'number', '2'],
      ['a', 'number', '3'],
    ])
  })

  it('keeps names that objects would treat as theirs', () => {
    expect(slices('{"__proto__":1,"constructor":2,"toJSON":3}').map(([name]) => name)).toEqual([
      '__proto__',
      'constructor',
      'toJSON',
    ])
  })

  it('gives none of nested objects, arrays and scalars', () => {
    expect(slices('{"a":{"b":{"c":1}}}').map(([name]) => name)).toEqual(['a'])
    expect(scan('[{"a":1}]')).toMatchObject({ ok: true, kind: 'array', members: [] })
    expect(scan(' 1 ')).toMatchObject({ ok: true, kind: 'number', start: 1, end: 2, members: [] })
    expect(scan('"a"')).toMatchObject({ ok: true, kind: 'string' })
  })

  it('looks no further than its buffer', () => {
    const bytes = Buffer.from('{"a":1}{"b":2}')
    expect(scanDocument(bytes.subarray(0, 7), eventLimits)).toMatchObject({ ok: true, end: 7 })
    expect(scanDocument(bytes.subarray(7), eventLimits)).toMatchObject({ ok: true, end: 7, members: [{ name: 'b' }] })
    expect(scanDocument(Buffer.from('{"a":12').subarray(0, 6), eventLimits).ok).toBe(false)
    expect(scanDocument(Buffer.from('true').subarray(0, 3), eventLimits).ok).toBe(false)
    expect(scanDocument(Buffer.from('"\\u00e9"').subarray(0, 6), eventLimits).ok).toBe(false)
  })
})

describe('depth', () => {
  it('counts the document as the first of 64 levels', () => {
    for (const make of [nested, nestedObjects]) {
      expect(scan(make(64)).ok).toBe(true)
      expect(faultOf(make(65))).toMatchObject({ reason: 'depth' })
    }
    expect(scan(`{"payload":${nested(63)}}`).ok).toBe(true)
    expect(faultOf(`{"payload":${nested(64)}}`)).toMatchObject({ reason: 'depth', offset: 11 + 63 })
  })

  it('counts levels, not containers', () => {
    expect(scan(`[${Array(1_000).fill(nested(63)).join(',')}]`).ok).toBe(true)
  })

  it('refuses a million levels at the first one too many', () => {
    for (const opening of ['[', '{"a":']) {
      const bytes = Buffer.from(opening.repeat(1_000_000))
      const result = scanDocument(bytes, eventLimits)
      expect(result).toMatchObject({ ok: false, fault: { reason: 'depth', offset: 64 * opening.length } })
    }
    expect(faultOf('['.repeat(1_000_000), { depthMax: 10_000_000, membersMax: 1 })).toMatchObject({
      reason: 'depth',
      offset: depthCeiling,
    })
  })
})

describe('members in all', () => {
  it('takes 10,000 and refuses one more', () => {
    expect(scan(wide(10_000)).ok).toBe(true)
    expect(faultOf(wide(10_001))).toMatchObject({ reason: 'members' })
  })

  it('counts them at every level', () => {
    expect(scan(`{"a":[${wide(5_000)},${wide(4_999)}]}`).ok).toBe(true)
    expect(faultOf(`{"a":[${wide(5_000)},${wide(5_000)}]}`)).toMatchObject({ reason: 'members' })
  })

  it('does not count items of arrays', () => {
    expect(scan(`[${Array(50_000).fill('0').join(',')}]`).ok).toBe(true)
  })

  it('refuses 100,000 at the first one too many', () => {
    const text = wide(100_000)
    expect(faultOf(text)?.offset).toBe(text.indexOf('"m10000"'))
  })
})

describe('faults', () => {
  it.each([
    ['', 0, ''],
    ['  ', 2, ''],
    ['{"a":1', 6, '/a'],
    ['{"a":1}x', 7, ''],
    ['{"a":1,}', 7, ''],
    ['{"a":{"b":[1,2,tru]}}', 15, '/a/b/2'],
    ['{"a":{"b":[1,2,01]}}', 16, '/a/b/2'],
    ['{"a/b":{"c~d":[x]}}', 15, '/a~1b/c~0d/0'],
    ['[1,{"a":[]},{"b":]}]', 17, '/2/b'],
    ['{"a":"x\ny"}', 7, '/a'],
    ['{"a":"\\x"}', 6, '/a'],
    ['{"a":"x', 7, '/a'],
    ['{"a\n":1}', 3, ''],
    ['{"a" 1}', 5, '/a'],
    ['{"a":-}', 6, '/a'],
    ['{"a":1.}', 7, '/a'],
    ['{"a":1e}', 7, '/a'],
    ['{a:1}', 1, ''],
    ["{'a':1}", 1, ''],
    ['[1 2]', 3, '/0'],
    ['[1,]', 3, '/1'],
    ['\ufeff{}', 0, ''],
    ['{"a":nul}', 5, '/a'],
    ['NaN', 0, ''],
    ['{"":{"":!}}', 8, '//'],
  ])('places the fault of %j at byte %i, %j', (text, offset, pointer) => {
    expect(faultOf(text)).toMatchObject({ reason: 'syntax', offset, pointer })
  })

  it('counts the offset in bytes', () => {
    expect(faultOf('{"é":"😀",!}')?.offset).toBe(13)
  })

  it('says how the document ends too early', () => {
    expect(faultOf('{"a":')?.detail).toBe('the document ends where a value is expected')
    expect(faultOf('{"a":x')?.detail).toBe('expected a value')
  })

  it('bounds the pointer', () => {
    const key = 'k'.repeat(100)
    expect(faultOf(`{"${key}":{"${key}":{"${key}":!}}}`)?.pointer).toBe(`/${key}/${key}`)
    expect(faultOf(`{"${'k'.repeat(100_000)}":!}`)?.pointer).toBe('')
  })

  it('keeps the pointer well-formed', () => {
    expect(faultOf('{"\\ud800":!}')?.pointer).toBe('/\ufffd')
  })

  it('repeats nothing of the document in its detail', () => {
    for (const text of ['{"canary":canary}', '{"a":"canary', '{"a":1}canary', '["canary" "canary"]']) {
      expect(faultOf(text)?.detail).not.toContain('canary')
    }
  })
})

describe('strings', () => {
  it.each([
    ['"plain"', 'plain'],
    ['""', ''],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['"Z\\u00fcrich ü 😀 \\ud83d\\ude00"', 'Zürich ü 😀 😀'],
    ['"\\u0000"', '\u0000'],
    ['"\\ud800"', '\ud800'],
    ['"\u2028\u007f"', '\u2028\u007f'],
  ])('decodes %s', (literal, text) => {
    const bytes = Buffer.from(literal)
    expect(scanDocument(bytes, eventLimits).ok).toBe(true)
    expect(decodeString(bytes, 0, bytes.length)).toBe(text)
  })

  it.each(['"\\u12"', '"\\u12g4"', '"\\', '"\\u', '"\\v"', '"\\U0041"', '"\u001f"', '"\u0000"', '"\t"'])(
    'refuses %j',
    (literal) => {
      expect(scan(literal).ok).toBe(false)
    },
  )

  it('finds a quote, an escape or a control character at every distance', () => {
    for (let length = 0; length < 40; length++) {
      const text = 'x'.repeat(length)
      expect(scan(`"${text}"`)).toMatchObject({ ok: true, end: length + 2 })
      expect(scan(`"${text}\\n"`)).toMatchObject({ ok: true, end: length + 4 })
      expect(faultOf(`"${text}\n"`)?.offset).toBe(length + 1)
      expect(faultOf(`"${text}`)?.offset).toBe(length + 1)
    }
  })
})

describe('items of an array', () => {
  const limits = { ...eventLimits, itemsMax: 1_000 }
  const items = (text: string, itemLimits = limits) => {
    const bytes = Buffer.from(text)
    const result = scanItems(bytes, 0, bytes.length, itemLimits)
    if (!result.ok) return result.fault
    return result.items.map((item) => (item.ok ? bytes.toString('utf8', item.start, item.end) : item.fault.reason))
  }

  it('gives each slice, without the space around it', () => {
    expect(items(' [ {"a":1} ,2,"x" , [ ] ] ')).toEqual(['{"a":1}', '2', '"x"', '[ ]'])
    expect(items('[]')).toEqual([])
    expect(items('[ ]')).toEqual([])
  })

  it('gives the members of each', () => {
    const bytes = Buffer.from('[{"a":1,"b":[]},{"c":2},3]')
    const result = scanItems(bytes, 0, bytes.length, limits)
    expect(result).toMatchObject({
      items: [
        { kind: 'object', members: [{ name: 'a' }, { name: 'b', kind: 'array' }] },
        { kind: 'object', members: [{ name: 'c' }] },
        { kind: 'number', members: [] },
      ],
    })
  })

  it('reads an array inside a larger document', () => {
    const bytes = Buffer.from('{"events":[{"a":1},{"b":2}],"x":1}')
    const document = scanDocument(bytes, eventLimits)
    const events = document.ok ? document.members[0]! : undefined
    expect(scanItems(bytes, events!.start, events!.end, limits)).toMatchObject({
      items: [{ start: 11 }, { members: [{ name: 'b' }] }],
    })
  })

  it('looks no further than its end', () => {
    const bytes = Buffer.from('[12,"ab",true,{"a":1}]]')
    expect(scanItems(bytes, 0, bytes.length - 1, limits).ok).toBe(true)
    for (let end = 0; end < bytes.length - 1; end++) expect(scanItems(bytes, 0, end, limits).ok).toBe(false)
  })

  it('counts depth and members per item and refuses such an item alone', () => {
    expect(items(`[${nested(64)},1]`)).toEqual([nested(64), '1'])
    expect(items(`[1,${nested(65)},{"a":2}]`)).toEqual(['1', 'depth', '{"a":2}'])
    expect(items(`[${nested(5_000)},1]`)).toEqual(['depth', '1'])
    expect(items(`[${wide(10_000)},${wide(10_000)}]`)).toHaveLength(2)
    expect(items(`[1,${wide(10_001)},3]`)).toEqual(['1', 'members', '3'])
  })

  it('gives the refused item its slice and a pointer from the array on', () => {
    const text = `[1,{"a":${nested(64)}}]`
    const bytes = Buffer.from(text)
    expect(scanItems(bytes, 0, bytes.length, limits)).toMatchObject({
      items: [
        { ok: true },
        { ok: false, start: 3, end: bytes.length - 1, fault: { pointer: expect.stringMatching(/^\/1\/a\/0/) } },
      ],
    })
  })

  it('refuses all of a malformed array', () => {
    expect(items('[1,{"a":x}]')).toMatchObject({ reason: 'syntax', pointer: '/1/a', offset: 8 })
    expect(items(`[${nested(65)},{"a":x}]`)).toMatchObject({ reason: 'syntax', pointer: '/1/a' })
    expect(items(`[${'['.repeat(65)}x]`)).toMatchObject({ reason: 'syntax' })
    for (const text of ['', '{}', '[', '[1', '[1,', '[1,]', '[,1]', '[1]x', '[1]]', '[1 2]']) {
      expect(items(text)).toMatchObject({ reason: 'syntax' })
    }
  })

  it('refuses a million levels without reading them', () => {
    expect(items(`[${'['.repeat(1_000_000)}`)).toMatchObject({ reason: 'depth', offset: depthCeiling + 1 })
  })

  it('takes as many items as it may and ends at the next', () => {
    const many = (count: number) => `[${Array(count).fill('0').join(',')}]`
    expect(items(many(1_000))).toHaveLength(1_000)
    expect(items(many(1_001))).toMatchObject({ reason: 'items', offset: 2_001 })
  })
})
