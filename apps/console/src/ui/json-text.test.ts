import { expect, test } from 'vitest'
import { layOutJson, lineAt } from './json-text.ts'

const shown = (text: string) =>
  layOutJson(text).map(({ depth, tokens }) => '  '.repeat(depth) + tokens.map((token) => token.text).join(''))

test('lays out objects and arrays, empty ones on one line', () => {
  expect(shown('{"a":1,"b":[true,null,{}],"c":[]}')).toEqual([
    '{',
    '  "a": 1,',
    '  "b": [',
    '    true,',
    '    null,',
    '    {}',
    '  ],',
    '  "c": []',
    '}',
  ])
})

test('keeps what JSON.parse would change', () => {
  const text = '{"n":9223372036854775807,"x":1e309,"z":-0,"a":1,"a":2,"s":"\\ud800\\u0000"}'
  expect(shown(text).join('')).toContain('9223372036854775807')
  expect(
    shown(text)
      .map((line) => line.trim())
      .join('')
      .replaceAll('": ', '":'),
  ).toBe(text)
})

test('tells names from texts, and brackets inside of texts from marks', () => {
  const [line] = layOutJson('["{\\"a\\":1}"]').slice(1)
  expect(line?.tokens).toEqual([{ kind: 'string', text: '"{\\"a\\":1}"' }])
  expect(layOutJson('{"k":"v"}')[1]?.tokens.map(({ kind }) => kind)).toEqual(['key', 'mark', 'string'])
})

test('shows what is no JSON as it is', () => {
  expect(layOutJson('<b>hello')).toEqual([{ depth: 0, tokens: [{ kind: 'plain', text: '<b>hello' }] }])
})

test('says where each value is, as the search writes it, and where each bracket ends', () => {
  const lines = layOutJson('{"a":{"b":[{"c":1},[true]]},"x.y":{"z":2},"n":null}')
  const paths = lines.flatMap(({ tokens }) =>
    tokens.flatMap(({ text, path }) => (path === undefined ? [] : [[text, path]])),
  )
  expect(paths).toEqual([
    ['"a"', 'a'],
    ['"b"', 'a.b'],
    ['"c"', 'a.b[].c'],
    ['1', 'a.b[].c'],
    ['true', 'a.b[][]'],
    ['"n"', 'n'],
    ['null', 'n'],
  ])
  for (const { depth, closesAt } of lines) if (closesAt !== undefined) expect(lines[closesAt]?.depth).toBe(depth)
  expect(lines[0]?.closesAt).toBe(lines.length - 1)
})

test('finds the line at a pointer, or of what it is missing from', () => {
  const lines = layOutJson('{"a":{"b/c":[10,{"d~":[]}],"e":{}},"f":1}')
  const line = (pointer: string) => {
    const found = lines[lineAt(lines, pointer)]
    return found?.tokens.map(({ text }) => text).join('')
  }
  expect(line('')).toBe('{')
  expect(line('/a')).toBe('"a": {')
  expect(line('/a/b~1c')).toBe('"b/c": [')
  expect(line('/a/b~1c/0')).toBe('10,')
  expect(line('/a/b~1c/1')).toBe('{')
  expect(line('/a/b~1c/1/d~0')).toBe('"d~": []')
  expect(line('/a/e')).toBe('"e": {}')
  expect(line('/f')).toBe('"f": 1')
  expect(line('/a/missing/deep')).toBe('"a": {')
  expect(line('/missing')).toBe('{')
  expect(line('no pointer')).toBe('{')
})
