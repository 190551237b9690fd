import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dispatch } from './dispatch.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.close())

async function run(...args: readonly string[]) {
  const output = { stdout: '', stderr: '' }
  const code = await dispatch(args, {
    environment: { DATABASE_URL: database.urls.superuser },
    write: async (chunk) => {
      output.stdout += chunk.toString()
    },
    readInput: async () => Buffer.alloc(0),
    note: (line) => {
      output.stderr += `${line}\n`
    },
    signal: new AbortController().signal,
  })
  return { code, ...output }
}

async function json(...args: readonly string[]) {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

describe('the command line', () => {
  test.each([
    [[]],
    [['nonsense']],
    [['tenant']],
    [['tenant', 'explode', 'x']],
    [['tenant', 'create']],
    [['tenant', 'create', 'one', 'too-many']],
    [['tenant', 'create', 'Not A Slug']],
    [['tenant', 'create', 'sign-in']],
    [['tenant', 'create', 'slug', '--name', '']],
    [['tenant', 'create', 'slug', '--name', 'a', '--name', 'b']],
    [['tenant', 'set', 'slug', 'claims=maybe']],
    [['tenant', 'set', 'slug', 'unknown=true']],
    [['tenant', 'set', 'slug', 'dedup_window=90s']],
    [['event', 'list']],
    [['event', 'list', '--tenant', 'slug', '--limit', '0']],
    [['event', 'list', '--tenant', 'slug', '--limit', '10001']],
    [['event', 'list', '--tenant', 'slug', '--limit', '1e3']],
    [['event', 'list', '--tenant', 'slug', '--unknown']],
    [['event', 'list', '--tenant']],
    [['event', 'get', 'not-an-id']],
    [['key', 'create', '--name', 'x', '--tenant', 'slug', '--mode', 'production']],
    [['key', 'create', '--name', 'x', '--tenant', 'slug', '--expires', '90']],
    [['key', 'create', '--name', 'x', '--tenant', 'slug', '--expires', '0s']],
    [['key', 'create', '--name', 'x', '--tenant', 'slug', '--allow-ip', '10.0.0.0/33']],
    [['key', 'create', '--name', 'x', '--tenant', 'slug', '--scopes', 'events:read']],
    [['key', 'rotate', 'not-an-id']],
    [['key', 'rotate', '018f0000-0000-7000-8000-00000000000a', '--overlap', 'soon']],
  ])('exits 2 with a usage line on stderr and nothing on stdout: %j', async (args) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^usage: ?/m)
  })

  test.each([
    [['event', 'list', '--tenant', 'nobody']],
    [['tenant', 'suspend', 'nobody']],
    [['event', 'get', '018f0000-0000-7000-8000-00000000000a']],
    [['key', 'revoke', '018f0000-0000-7000-8000-00000000000a']],
  ])('exits 1 with one line on stderr: %j', async (args) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  test.each([
    [['--help']],
    [['tenant', '--help']],
    [['key', 'create', '--help']],
    [['event', 'tail', '--help']],
    [['doctor', '--help']],
  ])('helps on stdout: %j', async (args) => {
    const { code, stdout, stderr } = await run(...args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('usage:')
  })

  test('takes --json before the command as well as behind it', async () => {
    expect((await run('--json', 'tenant', 'list')).stdout).toBe((await run('tenant', 'list', '--json')).stdout)
  })
})

describe('tenants', () => {
  test('are created once, listed, suspended, resumed and set', async () => {
    const created = await json('tenant', 'create', 'acme', '--name', 'Acme')
    expect(created).toMatchObject({ slug: 'acme', name: 'Acme', suspended_at: null })
    expect(Object.keys(created).slice(0, 4)).toEqual(['id', 'slug', 'name', 'created_at'])
    expect((await run('tenant', 'create', 'acme')).code).toBe(1)
    expect((await json('tenant', 'create', 'plain')).name).toBe('plain')
    expect((await json('tenant', 'list')).map(({ slug }: { slug: string }) => slug)).toEqual(['acme', 'plain'])

    expect((await json('tenant', 'suspend', 'acme')).suspended_at).toMatch(/Z$/)
    expect((await json('tenant', 'resume', created.id)).suspended_at).toBeNull()
    await json('tenant', 'set', 'acme', 'require_idempotency_key=true')
    const { settings } = await json('tenant', 'set', 'acme', 'claims=strict')
    expect(settings).toEqual({ require_idempotency_key: true, claims: 'strict', dedup_window: 'default' })
    expect((await json('tenant', 'set', 'acme', 'dedup_window=6h')).settings).toMatchObject({ dedup_window: '6h' })
    expect((await run('tenant', 'list')).stdout).toMatch(/acme .*active/)
  })
})

describe('keys', () => {
  test('are shown once, listed without the secret, rotated, disabled, enabled and revoked', async () => {
    await json('tenant', 'create', 'keys')
    const created = await json(
      'key',
      'create',
      '--tenant',
      'keys',
      '--name',
      'k',
      '--expires',
      '90d',
      '--allow-ip',
      '10.1.2.3',
      '--allow-ip',
      '::1/128',
    )
    expect(Object.keys(created)).toEqual(['id', 'name', 'key', 'display', 'mode', 'scopes', 'expires_at'])
    expect(created).toMatchObject({ mode: 'live', scopes: ['events:write'], name: 'k' })
    expect(created.key).toMatch(/^em_live_[0-9A-Za-z]{38}$/)
    expect(Date.parse(created.expires_at) - Date.now()).toBeGreaterThan(89 * 86_400_000)

    expect((await json('key', 'disable', created.id)).status).toBe('disabled')
    expect((await json('key', 'enable', created.id)).status).toBe('active')
    const rotated = await json('key', 'rotate', created.id, '--overlap', '0s')
    expect(rotated).toMatchObject({ replaces: created.id, name: 'k', mode: 'live' })
    expect(await json('key', 'revoke', rotated.id)).toEqual({ id: rotated.id, revoked_at: expect.stringMatching(/Z$/) })

    const list = await json('key', 'list', '--tenant', 'keys')
    expect(list.map(({ status }: { status: string }) => status)).toEqual(['revoked', 'expired'])
    expect(list[1].allowed_ips).toEqual(['10.1.2.3/32', '::1/128'])
    const human = (await run('key', 'list', '--tenant', 'keys')).stdout
    for (const text of [JSON.stringify(list), human]) {
      expect(text).not.toContain(created.key)
      expect(text).not.toContain(rotated.key)
    }
  })

  test('keep the old one for a day by default, and refuse an overlap above seven days', async () => {
    await json('tenant', 'create', 'overlap')
    const { id } = await json('key', 'create', '--tenant', 'overlap', '--name', 'k', '--mode', 'test')
    expect((await run('key', 'rotate', id, '--overlap', '8d')).code).toBe(2)
    await json('key', 'rotate', id)
    const old = (await json('key', 'list', '--tenant', 'overlap')).find((key: { id: string }) => key.id === id)
    expect(old.status).toBe('rotating_out')
    expect(Math.round((Date.parse(old.overlap_ends_at) - Date.now()) / 3_600_000)).toBe(24)
  })
})

describe('events and claims', () => {
  test('say what is wrong with a search, and that nothing matches', async () => {
    await json('tenant', 'create', 'events')
    expect(await json('event', 'list', '--tenant', 'events', '--q', 'outcome:accepted', '--limit', '10000')).toEqual([])
    expect((await run('event', 'list', '--tenant', 'events')).stdout).toBe('no event matches\n')
    const { code, stderr } = await run('event', 'list', '--tenant', 'events', '--q', 'outcome:nonsense')
    expect(code).toBe(2)
    expect(stderr).toContain('--q: expected')
  })

  test('counts the claims that were dropped', async () => {
    expect(await json('claims', 'reset')).toEqual({ dropped: 0 })
  })
})

describe('a database that is not there', () => {
  test('is told in one line without its password', async () => {
    const output: string[] = []
    const code = await dispatch(['tenant', 'list'], {
      environment: { DATABASE_URL: 'postgres://u:sesame@127.0.0.1:1/x' },
      write: async () => {},
      readInput: async () => Buffer.alloc(0),
      note: (line) => void output.push(line),
      signal: new AbortController().signal,
    })
    expect(code).toBe(1)
    expect(output).toHaveLength(1)
    expect(output[0]).toContain('DATABASE_URL')
    expect(output[0]).not.toContain('sesame')
  })
})
