import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSecretKeys } from './secret-keys.ts'

const bytes = Buffer.alloc(32, 200)
const key = bytes.toString('base64')
let directory: string
let file: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'secret-keys-'))
  file = join(directory, 'secret.key')
  writeFileSync(file, `${key}\n`)
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('the master key', () => {
  test('comes from the variable, its file, or the data directory, in this order', () => {
    const other = Buffer.alloc(32, 1)
    const found = { ok: true, current: bytes, previous: undefined }
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY: key })).toEqual(found)
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY: key.replace('=', '') })).toEqual(found)
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY_FILE: file })).toEqual(found)
    expect(readSecretKeys({}, { dataDir: directory })).toEqual(found)
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY: other.toString('base64') }, { dataDir: directory })).toEqual({
      ...found,
      current: other,
    })
  })

  test('is absent when nothing names one, an empty variable included', () => {
    const nothing = { ok: true, current: undefined, previous: undefined }
    expect(readSecretKeys({})).toEqual(nothing)
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY: '', EVENTMESH_SECRET_KEY_FILE: '' })).toEqual(nothing)
    expect(readSecretKeys({}, { dataDir: join(directory, 'elsewhere') })).toEqual(nothing)
  })

  test('has one before it while it is being changed', () => {
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY: key, EVENTMESH_SECRET_KEY_PREVIOUS_FILE: file })).toEqual({
      ok: true,
      current: bytes,
      previous: bytes,
    })
    expect(readSecretKeys({ EVENTMESH_SECRET_KEY_PREVIOUS: key })).toMatchObject({ ok: false })
  })

  test.each([
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(33).toString('base64'),
    bytes.toString('hex'),
    bytes.toString('base64url').replace(/^./, '_'),
    'canary key',
  ])('is refused in another form, never repeated', (text) => {
    const read = readSecretKeys({ EVENTMESH_SECRET_KEY: text, EVENTMESH_SECRET_KEY_PREVIOUS: text })
    expect(read.ok).toBe(false)
    const problems = read.ok ? [] : read.problems
    expect(problems.map((line) => line.split(':')[0])).toEqual([
      'EVENTMESH_SECRET_KEY',
      'EVENTMESH_SECRET_KEY_PREVIOUS',
    ])
    expect(problems.join()).not.toContain(text)
  })

  test('is refused when it is given twice, or its file cannot be read or holds none', () => {
    const problem = (texts: Parameters<typeof readSecretKeys>[0]) => {
      const read = readSecretKeys(texts)
      return read.ok ? undefined : read.problems.join()
    }
    expect(problem({ EVENTMESH_SECRET_KEY: key, EVENTMESH_SECRET_KEY_FILE: file })).toContain('not both')
    expect(problem({ EVENTMESH_SECRET_KEY_FILE: join(directory, 'none') })).toContain('ENOENT')
    const broken = join(directory, 'broken')
    writeFileSync(broken, 'canary')
    expect(problem({ EVENTMESH_SECRET_KEY_FILE: broken })).toMatch(/^EVENTMESH_SECRET_KEY_FILE: (?!.*canary)/)
  })
})
