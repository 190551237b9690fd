import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createMasterKey, type Database, masterKeys, sources, tokenHash } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dispatch } from './dispatch.ts'

const masterKey = Buffer.alloc(32, 9)
const nextKey = Buffer.alloc(32, 10)
const whsec = `whsec_${Buffer.alloc(24, 3).toString('base64')}`

let database: TestDatabase
let ingest: Database
let directory: string
let tenantId: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'source-cli-'))
  database = await testDatabase()
  ingest = connect({
    url: database.urls.ingest,
    role: 'ingest',
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
  })
  tenantId = (await json(['tenant', 'create', 'acme'])).id
})
afterAll(async () => {
  await ingest.close()
  await database.close()
  rmSync(directory, { recursive: true })
})

type Given = { readonly input?: string | Buffer; readonly environment?: Record<string, string> }

async function run(args: readonly string[], { input = '', environment = {} }: Given = {}) {
  const output = { stdout: '', stderr: '' }
  const code = await dispatch(args, {
    environment: {
      DATABASE_URL: database.urls.superuser,
      EVENTMESH_SECRET_KEY: masterKey.toString('base64'),
      EVENTMESH_INGEST_URL: 'https://in.example.com',
      ...environment,
    },
    readInput: async () => Buffer.from(input),
    write: async (chunk) => {
      output.stdout += chunk.toString()
    },
    note: (line) => {
      output.stderr += `${line}\n`
    },
    signal: new AbortController().signal,
  })
  return { code, ...output }
}

async function json(args: readonly string[], given: Given & { warns?: true } = {}) {
  const { code, stdout, stderr } = await run([...args, '--json'], given)
  if (given.warns !== true) expect(stderr).toBe('')
  expect(code).toBe(0)
  return JSON.parse(stdout)
}

const create = (name: string, provider: string, ...rest: string[]) => [
  ...['source', 'create', '--tenant', 'acme', '--name', name, '--provider', provider],
  ...rest,
]

async function valuesOf(url: string) {
  const found = await sources.byTokenHash(ingest, tokenHash(url.split('/hooks/')[1]!))
  return sources.openSecrets([await createMasterKey(masterKey)], found!).secrets.map(({ value }) => value)
}

describe('source create', () => {
  test('prints the source and its address, and never a secret', async () => {
    const args = create('shop', 'github', '--secret-stdin')
    const { code, stdout, stderr } = await run([...args, '--json'], { input: 'a-secret-of-some-length\n' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const shown = JSON.parse(stdout)
    expect(shown).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'shop',
      provider: 'github',
      mode: 'live',
      url: expect.stringMatching(/^https:\/\/in\.example\.com\/hooks\/[0-9A-Za-z]{32}$/),
    })
    expect(stdout).not.toContain('a-secret')
    expect(await valuesOf(shown.url)).toEqual(['a-secret-of-some-length'])
    const human = await run(create('shop two', 'github', '--secret-stdin'), { input: 'canary-of-some-length' })
    expect(human.stdout).toContain('/hooks/')
    expect(human.stdout + human.stderr).not.toContain('canary')
  })

  test('takes one secret a line, in order, equal ones once', async () => {
    const input = 'first-of-some-length\r\nsecond-of-some-length\n\nfirst-of-some-length\n'
    const { url } = await json(create('lines', 'github', '--secret-stdin', '--mode', 'test'), { input })
    expect(await valuesOf(url)).toEqual(['first-of-some-length', 'second-of-some-length'])
  })

  test('takes PEM blocks as one secret each, from a file', async () => {
    const pem = () =>
      String(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' }))
    const [one, two] = [pem(), pem()]
    const file = join(directory, 'keys.pem')
    writeFileSync(file, `${one}\n${two}`)
    const { url } = await json(create('keys', 'wix', '--secret-file', file))
    expect(await valuesOf(url)).toEqual([one, two])
  })

  test('keeps options as the provider takes them, with its defaults', async () => {
    const { url } = await json(
      create('generic', 'generic-hmac', '--secret-stdin', '--option', 'header=X-Sig', '--option', 'signed=a={body}'),
      { input: 'a-secret-of-some-length' },
    )
    const found = await sources.byTokenHash(ingest, tokenHash(url.split('/hooks/')[1]!))
    expect(found!.options).toEqual({
      header: 'X-Sig',
      signed: 'a={body}',
      hash: 'sha256',
      encoding: 'hex',
      key: 'utf8',
    })
  })

  test.each([
    ['github', 'six', 'short'],
    ['slack', ' leading-blank-and-some-length', 'blank'],
  ])('takes a doubtful secret of %s with a warning', async (provider, input, warning) => {
    const { code, stderr } = await run(create(`doubtful ${provider}`, provider, '--secret-stdin'), { input })
    expect(code).toBe(0)
    expect(stderr).toContain(warning)
    expect(stderr).not.toContain(input.trim())
  })

  test('takes a source without its secret with a warning, and one that needs none without', async () => {
    const { code, stderr } = await run(create('later', 'stripe'))
    expect({ code, isWarned: stderr.includes('refuses everything (401)') }).toEqual({ code: 0, isWarned: true })
    for (const provider of ['asana', 'none', 'docker-hub']) await json(create(`bare ${provider}`, provider))
  })

  test.each([
    [create('x', 'nobody')],
    [create('x', 'github', '--mode', 'production')],
    [create('x', 'github', '--option', 'no_such=1')],
    [create('x', 'github', '--option', 'max_body=7340033')],
    [create('x', 'github', '--option', 'max_body')],
    [create('x', 'github', '--option', 'tolerance=1', '--option', 'tolerance=2')],
    [create('x', 'paypal')],
    [create('x', 'generic-hmac')],
    [create('x', 'github', '--secret-stdin', '--secret-file', 'f')],
    [create('x', 'github', '--secret-file', '/nonexistent/file')],
    [create('native', 'github')],
    [create('x'.repeat(65), 'github')],
    [['source', 'create', '--tenant', 'acme', '--name', 'x']],
    [['source']],
    [['source', 'secret']],
    [['source', 'secret', 'show']],
    [['source', 'pause', 'not-an-id']],
    [['source', 'secret', 'remove', 'not-an-id']],
    [['source', 'secret', 'add', '018f0000-0000-7000-8000-00000000000a']],
  ])('exits 2 with a usage line on stderr: %j', async (args) => {
    const { code, stdout, stderr } = await run([...args, '--json'], { input: 'a-secret-of-some-length' })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^eventmesh: .+\nusage:/s)
  })

  test.each([
    ['github', ''],
    ['github', '\n\n'],
    ['github', '   '],
    ['github', Buffer.from([0x61, 0xff])],
    ['github', 'a'.repeat(16_385)],
    ['github', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
    ['standard-webhooks', 'whsec_not base64'],
    ['discord', 'abc'],
    ['basic-auth', 'no-colon'],
    ['braintree', 'no-bar'],
    ['wix', 'not a key'],
    ['plaid', '{"kty":"EC"}'],
    ['none', 'a-secret-of-some-length'],
  ])('refuses a secret of %s that is none, without repeating it', async (provider, input) => {
    const { code, stdout, stderr } = await run(create('refused', provider, '--secret-stdin'), { input })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const text = input.toString().trim()
    if (text !== '') expect(stderr).not.toContain(text)
  })

  test('says which of several secrets is wrong', async () => {
    const input = `${whsec}\nnot base64 !\n`
    const { code, stderr } = await run(create('second', 'standard-webhooks', '--secret-stdin'), { input })
    expect(code).toBe(2)
    expect(stderr).toContain('secret 2: ')
  })

  test('exits 1 for a taken name and an unknown tenant', async () => {
    expect(await run(create('shop', 'github'))).toMatchObject({ code: 1, stdout: '' })
    const args = ['source', 'create', '--tenant', 'nobody', '--name', 'x', '--provider', 'github']
    expect(await run(args)).toMatchObject({ code: 1, stdout: '' })
  })
})

describe('an existing source', () => {
  test('is listed, paused, resumed and deleted', async () => {
    const { id } = await json(create('states', 'meta', '--option', 'verify_token=canary'), { warns: true })
    expect(await json(['source', 'pause', id])).toMatchObject({
      id,
      status: 'paused',
      options: { verify_token: '•••' },
    })
    const listed: { id: string; tenant: string; status: string }[] = await json(['source', 'list'])
    expect(listed.find((source) => source.id === id)).toMatchObject({ tenant: 'acme', status: 'paused' })
    expect(JSON.stringify(listed)).not.toContain('canary')
    expect(JSON.stringify(listed)).not.toContain('/hooks/')
    expect(await json(['source', 'list', '--tenant', tenantId])).toEqual(listed)
    expect(await json(['source', 'resume', id.toUpperCase()])).toMatchObject({ status: 'new', paused_at: null })
    expect((await run(['source', 'list', '--tenant', 'acme'])).stdout).toContain('states')
    expect(await json(['source', 'delete', id])).toMatchObject({ id, status: 'deleted' })
    for (const verb of ['pause', 'resume', 'rotate-url', 'delete']) {
      expect(await run(['source', verb, id])).toMatchObject({ code: 1, stdout: '' })
    }
  })

  test('gets a new address, the old one going on for a day', async () => {
    const made = await json(create('moved', 'none'))
    const rotated = await json(['source', 'rotate-url', made.id])
    expect(rotated).toEqual({ ...made, url: expect.not.stringMatching(made.url) })
    for (const { url } of [made, rotated]) expect(await valuesOf(url)).toEqual([])
  })

  test('has secrets that are added, listed and removed, and never shown', async () => {
    const { id, url } = await json(create('secrets', 'standard-webhooks', '--secret-stdin'), { input: whsec })
    const other = Buffer.alloc(24, 4).toString('base64')
    const added = await json(['source', 'secret', 'add', id, '--secret-stdin'], { input: other })
    expect(added).toEqual({ id: expect.any(String), source_id: id, created_at: expect.any(String) })
    const several = await json(['source', 'secret', 'add', id, '--secret-stdin'], {
      input: [5, 6].map((byte) => Buffer.alloc(24, byte).toString('base64')).join('\n'),
    })
    expect(several).toHaveLength(2)

    const listed = await json(['source', 'secret', 'list', id])
    expect(listed).toHaveLength(4)
    expect(listed[2]).toEqual({
      ...added,
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      origin: 'given',
      last_matched_at: null,
    })
    expect(JSON.stringify(listed)).not.toContain(other)
    expect(await json(['source', 'secret', 'remove', added.id])).toMatchObject({ id: added.id, source_id: id })
    expect(await json(['source', 'secret', 'list', id])).toHaveLength(3)
    expect(await valuesOf(url)).not.toContain(other)

    expect(await run(['source', 'secret', 'add', id, '--secret-stdin'], { input: whsec })).toMatchObject({ code: 1 })
    expect(await run(['source', 'secret', 'add', id, '--secret-stdin'], { input: 'no base64 !' })).toMatchObject({
      code: 2,
    })
    const unknown = '018f0000-0000-7000-8000-00000000000a'
    for (const args of [
      ['list', unknown],
      ['remove', unknown],
      ['add', unknown, '--secret-stdin'],
    ]) {
      expect(await run(['source', 'secret', ...args], { input: whsec })).toMatchObject({ code: 1, stdout: '' })
    }
  })

  test('shows the help of its verbs', async () => {
    expect((await run(['source', '--help'])).stdout).toContain('source secret add')
    const { stdout } = await run(['source', 'secret', '--help'])
    expect(stdout).toContain('source secret reseal')
    expect(stdout).not.toContain('source pause')
    expect((await run(['source', 'create', '--help'])).stdout).toContain('standard-webhooks')
  })
})

describe('the address that is printed', () => {
  test.each([
    [{ EVENTMESH_INGEST_URL: 'https://in.example.com/base/' }, 'https://in.example.com/base/hooks/'],
    [{ EVENTMESH_INGEST_URL: '', INGEST_PORT: '5000' }, 'http://localhost:5000/hooks/'],
    [{ EVENTMESH_INGEST_URL: '', EVENTMESH_DATA_DIR: '/nonexistent' }, 'http://localhost:4000/hooks/'],
  ])('stands below ingest: %j', async (environment: Record<string, string>, beginning) => {
    const name = `at ${beginning}`
    expect((await json(create(name, 'none'), { environment })).url.startsWith(beginning)).toBe(true)
  })

  test('is the one that npm start wrote down', async () => {
    writeFileSync(join(directory, 'first-run.json'), '{"ingestUrl":"http://localhost:4321"}')
    const environment = { EVENTMESH_INGEST_URL: '', EVENTMESH_DATA_DIR: directory }
    expect((await json(create('started', 'none'), { environment })).url).toContain('http://localhost:4321/hooks/')
    expect(await run(create('x', 'none'), { environment: { EVENTMESH_INGEST_URL: 'ftp://x' } })).toMatchObject({
      code: 1,
    })
  })
})

describe('the master key', () => {
  beforeAll(async () => {
    await json(create('sealed', 'github', '--secret-stdin'), { input: 'a-secret-of-some-length' })
  })

  test('is not needed to add a secret once the database knows its public half', async () => {
    const environment = { EVENTMESH_SECRET_KEY: '' }
    await json(create('sealed only', 'github', '--secret-stdin'), { input: 'a-secret-of-some-length', environment })
  })

  test('is needed before', async () => {
    const fresh = await testDatabase()
    const environment = { DATABASE_URL: fresh.urls.superuser, EVENTMESH_SECRET_KEY: '' }
    await json(['tenant', 'create', 'acme'], { environment })
    const result = await run(create('x', 'github', '--secret-stdin'), { input: 'a-secret-of-some-length', environment })
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toContain('EVENTMESH_SECRET_KEY')
    await fresh.close()
  })

  test('is compared with the database by doctor', async () => {
    const check = async (environment: Record<string, string>) => {
      const { stdout } = await run(['doctor', '--json'], { environment })
      const checks: { name: string; ok: boolean; detail: string }[] = JSON.parse(stdout).checks
      return checks.filter(({ name }) => name === 'secret key' || name === 'sealed secrets').map(({ ok }) => ok)
    }
    expect(await check({})).toEqual([true, true])
    expect(await check({ EVENTMESH_SECRET_KEY: nextKey.toString('base64') })).toEqual([true, false])
    expect(await check({ EVENTMESH_SECRET_KEY: '' })).toEqual([false, true])
    expect(await check({ EVENTMESH_SECRET_KEY: 'canary' })).toEqual([false, true])
  })

  test('is changed by reseal, which needs both', async () => {
    const reseal = ['source', 'secret', 'reseal']
    expect(await run(reseal)).toMatchObject({ code: 1, stdout: '' })
    const environment = {
      EVENTMESH_SECRET_KEY: nextKey.toString('base64'),
      EVENTMESH_SECRET_KEY_PREVIOUS: masterKey.toString('base64'),
    }
    const next = await createMasterKey(nextKey)
    const done = await json(reseal, { environment })
    expect(done).toEqual({ key_id: next.keyId, resealed: expect.any(Number), unreadable: 0 })
    expect(done.resealed).toBeGreaterThan(1)
    expect(await masterKeys.problem(ingest, [next], { isRequired: true })).toBeUndefined()
    expect((await json(reseal, { environment })).resealed).toBe(0)
  })
})
