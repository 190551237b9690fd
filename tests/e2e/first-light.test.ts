import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, cliJson, startCli } from './harness/cli.ts'
import { cleanUp, type Mesh, startMesh, stopMesh } from './harness/mesh.ts'
import { isRunning, until } from './harness/processes.ts'
import { readLog } from './harness/records.ts'
import { send } from './harness/send.ts'

const run = promisify(execFile)
let mesh: Mesh

beforeAll(async () => {
  mesh = await startMesh()
})
afterAll(cleanUp)

describe('a first start', () => {
  test('prints where ingest is, what to try and where the data lies, and no console where it is not started', () => {
    const lines = mesh.stdout()
    expect(lines).toMatch(new RegExp(`^ {2}ingest {4}http://localhost:${mesh.portBase}$`, 'm'))
    expect(lines).toMatch(/^ {2}try {7}curl -sS http:/m)
    expect(lines).toContain(`${mesh.dataDir} (embedded Postgres`)
    expect(lines).not.toMatch(/^ {2}console/m)
  })

  test('keeps the key of the first tenant for its owner alone', () => {
    const mode = statSync(join(mesh.dataDir, 'first-run.json')).mode & 0o777
    expect(mode).toBe(0o600)
    expect(statSync(join(mesh.dataDir, 'secret.key')).mode & 0o777).toBe(0o600)
    expect(mesh.apiKey).toMatch(/^em_test_[0-9A-Za-z]{38}$/)
    expect(mesh.ingestUrl).toBe(`http://localhost:${mesh.portBase}`)
  })

  test('answers the printed command, and answers it again as a duplicate of the same event', async () => {
    const command = /^ {2}try {7}(curl .*)$/m.exec(mesh.stdout())?.[1] ?? ''
    const [one, two] = [await run('sh', ['-c', command]), await run('sh', ['-c', command])].map(({ stdout }) =>
      JSON.parse(stdout),
    )
    expect(one.status).toBe('accepted')
    expect(two.status).toBe('duplicate')
    expect(two.event_id).toBe(one.event_id)
    expect(two.request_id).not.toBe(one.request_id)

    await until('both requests in the index', 15_000, async () => (await listed()).length === 2)
    const rows = await listed()
    expect(rows.map((row: { outcome: string }) => row.outcome)).toEqual(['duplicate', 'accepted'])
    expect(new Set(rows.map((row: { event_id: string }) => row.event_id))).toEqual(new Set([one.event_id]))
    expect((await readLog(mesh.dataDir)).filter(({ eventId }) => eventId === one.event_id)).toHaveLength(1)
  })

  function listed() {
    return cliJson(mesh, 'event', 'list', '--tenant', 'default', '--q', 'type:hello.world')
  }
})

describe('the command line', () => {
  const payload = '{"big":12345678901234567890123,"exp":1.0E+2,"esc":"\\u00e9\\/","twice":1,"twice":2}'

  test('prints payloads byte for byte as they were sent', async () => {
    const { body } = await send(mesh, 'exact-1', payload)
    await until(
      'the event in the index',
      15_000,
      async () => (await cli(mesh, 'event', 'get', body.event_id)).code === 0,
    )
    expect((await cli(mesh, 'event', 'get', body.event_id, '--json')).stdout).toContain(`"payload":${payload}}`)
    const list = await cli(mesh, 'event', 'list', '--tenant', mesh.tenantId, '--envelope', '--json', '--limit', '10')
    expect(list.stdout).toContain(`"payload":${payload}}`)
    expect((await cliJson(mesh, 'event', 'get', body.request_id)).event_id).toBe(body.event_id)
  })

  test('follows the log a line per record, and ends on SIGTERM', async () => {
    const tail = startCli(mesh, ['event', 'tail', '--from', 'end'])
    let output = ''
    tail.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const exited = new Promise((resolve) => tail.once('exit', resolve))
    // It cannot say when it has reached the end: send until something is seen.
    let sent = 0
    await until('a record in the tail', 20_000, async () => {
      sent += 1
      await send(mesh, `tail-${sent}`, '{\n  "pretty": true\n}')
      return output.includes('\n')
    })
    const [line = ''] = output.split('\n')
    const record = JSON.parse(line)
    expect(Object.keys(record)).toEqual(['position', 'key', 'headers', 'value'])
    expect(record.key).toBe(`${mesh.tenantId}:${record.value.event_id}`)
    expect(record.headers['em-mode']).toBe('test')
    tail.kill('SIGTERM')
    expect(await exited).toBe(0)
  })

  test('reads the log from its beginning, and goes on after a position', async () => {
    const { stdout } = await cli(mesh, 'event', 'tail', '--from', 'beginning', '--limit', '2')
    const [one, two] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const next = await cli(mesh, 'event', 'tail', '--from', one.position, '--limit', '1')
    expect(JSON.parse(next.stdout)).toEqual(two)
  })

  test('creates, suspends and resumes a tenant', async () => {
    const created = await cliJson(mesh, 'tenant', 'create', 'acme', '--name', 'Acme')
    expect(created).toMatchObject({ slug: 'acme', name: 'Acme' })
    expect(created.created_at).toMatch(/^\d{4}-.*Z$/)
    const { key } = await cliJson(mesh, 'key', 'create', '--tenant', 'acme', '--name', 'a', '--mode', 'test')
    const target = { ...mesh, apiKey: key, tenantId: created.id }
    expect((await send(target, 'a-1', '{}')).status).toBe(202)
    await cliJson(mesh, 'tenant', 'suspend', 'acme')
    await until('the suspension to reach ingest', 30_000, async () => (await send(target, 'a-1', '{}')).status === 403)
    await cliJson(mesh, 'tenant', 'resume', 'acme')
    await until('the resumption to reach ingest', 30_000, async () => (await send(target, 'a-1', '{}')).status === 202)
    expect((await cliJson(mesh, 'tenant', 'list')).map((tenant: { slug: string }) => tenant.slug)).toEqual([
      'default',
      'acme',
    ])
    const set = await cliJson(mesh, 'tenant', 'set', 'acme', 'claims=strict')
    expect(set.settings).toEqual({ require_idempotency_key: false, claims: 'strict', dedup_window: 'default' })
  })

  test('creates, disables, enables, rotates and revokes a key', async () => {
    const created = await cliJson(
      mesh,
      'key',
      'create',
      '--tenant',
      'default',
      '--name',
      'k',
      '--expires',
      '90d',
      '--allow-ip',
      '127.0.0.0/8',
      '--allow-ip',
      '::1',
    )
    expect(Object.keys(created)).toEqual(['id', 'name', 'key', 'display', 'mode', 'scopes', 'expires_at'])
    expect(created).toMatchObject({ name: 'k', mode: 'live', scopes: ['events:write'] })
    const target = { ...mesh, apiKey: created.key }
    const status = async () => {
      const { status, body } = await send(target, 'k-1', '{}')
      return `${status} ${body.code ?? ''}`.trim()
    }
    expect(await status()).toBe('202')
    await cliJson(mesh, 'key', 'disable', created.id)
    await until('the key to be disabled', 30_000, async () => (await status()) === '401 key_disabled')
    await cliJson(mesh, 'key', 'enable', created.id)
    await until('the key to be enabled', 30_000, async () => (await status()) === '202')

    const rotated = await cliJson(mesh, 'key', 'rotate', created.id, '--overlap', '0s')
    expect(rotated).toMatchObject({ replaces: created.id, name: 'k', mode: 'live' })
    await until('the overlap to be over', 30_000, async () => (await status()) === '401 key_expired')
    expect((await send({ ...mesh, apiKey: rotated.key }, 'k-1', '{}')).body.status).toBe('duplicate')

    const revoked = await cliJson(mesh, 'key', 'revoke', rotated.id)
    expect(revoked.id).toBe(rotated.id)
    expect(revoked.revoked_at).toMatch(/Z$/)
    const list = await cliJson(mesh, 'key', 'list', '--tenant', 'default')
    expect(JSON.stringify(list)).not.toContain(rotated.key)
    expect(list.find((key: { id: string }) => key.id === rotated.id).status).toBe('revoked')
  })

  test('finds everything in order, as doctor', async () => {
    const { ok, checks } = await cliJson(mesh, 'doctor')
    expect(checks.filter((check: { ok: boolean }) => !check.ok)).toEqual([])
    expect(ok).toBe(true)
  })

  test('drops every claim, so that a retry is appended as a copy of the same event', async () => {
    const first = await send(mesh, 'claims-1', '{}')
    expect((await cliJson(mesh, 'claims', 'reset')).dropped).toBeGreaterThan(0)
    const again = await send(mesh, 'claims-1', '{}')
    expect(again.body).toMatchObject({ status: 'accepted', event_id: first.body.event_id })
  })

  test('exits 2 with a usage line when it is called wrongly', async () => {
    const { code, stdout, stderr } = await cli(mesh, 'event', 'tail', '--from', 'yesterday')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^usage: /m)
  })
})

describe('SIGTERM to npm', () => {
  test('drains everything, exits 0 and leaves nothing running', async () => {
    const parts = (['supervisor', 'ingest', 'engine', 'postgres'] as const).map((part) => mesh.pid(part))
    expect(parts.every((pid) => pid !== undefined)).toBe(true)
    expect(await stopMesh(mesh)).toEqual({ code: 0, signal: null })
    expect(parts.filter((pid) => pid !== undefined && isRunning(pid))).toEqual([])
    const { code, stderr } = await cli(mesh, 'tenant', 'list')
    expect(code).toBe(1)
    expect(stderr).toContain('npm start')
  })

  test('and the next start finds the key, the tenant and the events again', async () => {
    const again = await startMesh({ dataDir: mesh.dataDir, portBase: mesh.portBase })
    expect(again.apiKey).toBe(mesh.apiKey)
    expect((await send(again, 'hello-1', '{"from":"curl"}', 'hello.world')).status).toBe(202)
    expect((await stopMesh(again, 'SIGINT')).code).toBe(0)
  })
})
