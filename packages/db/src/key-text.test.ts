import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { displayKey, generateKey, parseKey } from './key-text.ts'

test('makes keys of the published form that read back to their hash', () => {
  for (const mode of ['live', 'test'] as const) {
    const { text, hash, lastFour } = generateKey(mode)
    expect(text).toMatch(new RegExp(`^em_${mode}_[0-9A-Za-z]{38}$`))
    expect(parseKey(text)).toEqual({ mode, hash })
    expect(hash).toEqual(createHash('sha256').update(text).digest())
    expect(displayKey(mode, lastFour)).toBe(`em_${mode}_…${text.slice(-4)}`)
  }
})

test('uses every character of the alphabet evenly', () => {
  const counts = new Map<string, number>()
  for (let i = 0; i < 2_000; i += 1) {
    for (const character of generateKey('live').text.slice(8, 40))
      counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  const mean = (2_000 * 32) / 62
  expect(counts.size).toBe(62)
  for (const count of counts.values()) expect(Math.abs(count - mean)).toBeLessThan(mean * 0.25)
})

test('refuses every single wrong character and swapped neighbours', () => {
  const { text } = generateKey('live')
  for (let i = 0; i < text.length; i += 1) {
    const wrong = text[i] === 'x' ? 'y' : 'x'
    expect(parseKey(text.slice(0, i) + wrong + text.slice(i + 1)), `position ${i}`).toBeUndefined()
    const [a, b] = [text[i], text[i + 1]]
    if (b !== undefined && a !== b) {
      expect(parseKey(text.slice(0, i) + b + a + text.slice(i + 2)), `swap at ${i}`).toBeUndefined()
    }
  }
})

test.each([
  ['nothing', () => ''],
  ['a key cut short', () => generateKey('live').text.slice(0, -1)],
  ['a key with more behind it', () => `${generateKey('live').text}0`],
  ['a key with a line end', () => `${generateKey('live').text}\n`],
  ['a live key made a test key', () => generateKey('live').text.replace('live', 'test')],
  ['another prefix', () => generateKey('live').text.replace('em_', 'sk_')],
  ['a million characters', () => 'em_live_'.padEnd(1_000_000, 'a')],
])('refuses %s', (_, text) => {
  expect(parseKey(text())).toBeUndefined()
})

test('reads a key made by another implementation of the published form', () => {
  // CRC32 of "em_test_0000…0" (32 zeros) computed with Python's zlib.crc32, in base62 of 0-9A-Za-z.
  expect(parseKey('em_test_000000000000000000000000000000004CjQE0')).toBeDefined()
})
