import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createMasterKey, keys, masterKeys, sourceSecrets, sources, tenants } from '@eventmesh/db'
import { testDatabase } from '@eventmesh/db/testing'
import { sign } from '@eventmesh/providers'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually } from './testing.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function start(environment: Record<string, string>) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'main.ts')],
    {
      env: {
        PATH: process.env.PATH,
        INGEST_PORT: '0',
        INGEST_ADMIN_PORT: '0',
        LOG_FORMAT: 'json',
        EVENTMESH_DURABILITY: 'dev',
        DRAIN_DELAY: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  children.push(child)
  const output = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    output.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    output.err += chunk
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  return { child, output, exited }
}

async function tenantWithKey() {
  const { urls, close } = await testDatabase()
  const operator = connect({
    url: urls.migrator,
    role: 'migrator',
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'ingest-test',
  })
  const tenant = await tenants.create(operator, { slug: 'acme' })
  if (!tenant.ok) throw new Error(tenant.detail)
  const tenantId = tenant.tenant.id
  const created = await keys.create(operator, { tenantId, name: 'k' })
  if (!created.ok) throw new Error(created.detail)
  return {
    urls,
    operator,
    tenantId,
    key: { id: created.key.id, secret: created.secret },
    close: async () => {
      await operator.close()
      await close()
    },
  }
}

function portOf(output: { readonly out: string }): Promise<string> {
  return eventually(() => /"port":(\d+)/.exec(output.out)?.[1], 20_000)
}

function send(port: string, secret: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': 'one' },
    body: '{"event_type":"a","payload":{}}',
  })
}

const webhookSecret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`

function deliver(port: string, token: string, body: string): Promise<Response> {
  const url = `http://127.0.0.1:${port}/hooks/${token}`
  const signed = sign({
    provider: 'standard-webhooks',
    options: {},
    secret: webhookSecret,
    url,
    nowMs: Date.now(),
    deliveryId: 'msg_1',
    body: Buffer.from(body),
  })
  if (!signed.ok) throw new Error(signed.detail)
  return fetch(url, { method: 'POST', headers: signed.headers.map(([name, value]) => [name, value]), body })
}

describe('the ingest process', () => {
  it('starts on a database URL alone, takes an event, drains on SIGTERM and exits 0', async () => {
    const { urls, operator, tenantId, key, close } = await tenantWithKey()
    const { child, output, exited } = start({ INGEST_DATABASE_URL: urls.ingest, DRAIN_DELAY: '300ms' })
    const port = await portOf(output)
    const post = () => send(port, key.secret)
    expect((await post()).status).toBe(202)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200)

    child.kill('SIGTERM')
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status === 503)
    expect((await post()).status).toBe(202)
    expect(await exited).toBe(0)
    expect(output.err).toBe('')
    expect(output.out).not.toContain(key.secret)
    const used = await keys.get(operator, { tenantId, id: key.id })
    expect(used?.lastUsedAt).toBeInstanceOf(Date)
    await close()
  }, 60_000)

  it.each([
    ['before the claim', 'after_validate', 'accepted'],
    ['after the settle', 'after_settle', 'duplicate'],
  ])(
    'killed %s keeps its promise: the retry has the one event id',
    async (_when, failpoint, status) => {
      const { urls, key, close } = await tenantWithKey()
      const doomed = start({ INGEST_DATABASE_URL: urls.ingest, EVENTMESH_FAILPOINT: failpoint })
      const answer = send(await portOf(doomed.output), key.secret).then(
        (response) => response.status,
        () => undefined,
      )
      expect(await doomed.exited).toBeNull()
      expect([202, undefined]).toContain(await answer)

      const next = start({ INGEST_DATABASE_URL: urls.ingest })
      const retry = await send(await portOf(next.output), key.secret)
      expect(await retry.json()).toMatchObject({ status, idempotency_key: 'one' })
      next.child.kill('SIGTERM')
      expect(await next.exited).toBe(0)
      await close()
    },
    60_000,
  )

  it('killed after the claim of a webhook lets the retry take over once the lease ends, with its own body', async () => {
    const { urls, operator, tenantId, close } = await tenantWithKey()
    const made = await sources.create(operator, { tenantId, name: 'hook', provider: 'standard-webhooks' })
    if (!made.ok) throw new Error(made.detail)
    const key = Buffer.alloc(32, 7).toString('base64')
    const published = await masterKeys.publish(operator, await createMasterKey(Buffer.from(key, 'base64')))
    if (!published.ok) throw new Error(published.detail)
    await sourceSecrets.add(operator, { tenantId, id: made.source.id, secrets: [webhookSecret] })

    const environment = { INGEST_DATABASE_URL: urls.ingest, EVENTMESH_SECRET_KEY: key }
    const doomed = start({ ...environment, EVENTMESH_FAILPOINT: 'after_claim' })
    const first = deliver(await portOf(doomed.output), made.token, '{"n":1}').catch(() => undefined)
    expect(await doomed.exited).toBeNull()
    expect(await first).toBeUndefined()

    const next = start(environment)
    const port = await portOf(next.output)
    const early = await deliver(port, made.token, '{"n":2}')
    expect([early.status, ((await early.json()) as { code: string }).code]).toEqual([503, 'idempotency_in_flight'])
    const answer = await eventually(async () => {
      const response = await deliver(port, made.token, '{"n":2}')
      return response.status === 503 ? undefined : response
    }, 25_000)
    expect(answer.status).toBe(202)
    const taken = await answer.json()
    expect(taken).toMatchObject({ status: 'accepted', idempotency_key: 'msg_1' })
    expect(taken).not.toHaveProperty('quarantined')
    const settled = await eventually(async () => {
      const response = await deliver(port, made.token, '{"n":2}')
      return response.status === 202 ? response : undefined
    })
    expect(await settled.json()).toMatchObject({ status: 'duplicate' })
    next.child.kill('SIGTERM')
    expect(await next.exited).toBe(0)
    expect(next.output.out).not.toContain(made.token)
    await close()
  }, 90_000)

  it('does not start in production without the master key, nor anywhere with another one', async () => {
    const { urls, operator, close } = await tenantWithKey()
    const production = {
      INGEST_DATABASE_URL: urls.ingest,
      EVENTMESH_DURABILITY: 'production',
      EVENTMESH_LOG: 'postgres',
    }
    const without = start(production)
    expect(await without.exited).toBe(1)
    expect(without.output.err).toMatch(/^ingest: EVENTMESH_SECRET_KEY: missing;[^\n]*\n$/)

    const key = Buffer.alloc(32, 7)
    const published = await masterKeys.publish(operator, await createMasterKey(key))
    if (!published.ok) throw new Error(published.detail)
    const other = Buffer.alloc(32, 8).toString('base64')
    const wrong = start({ INGEST_DATABASE_URL: urls.ingest, EVENTMESH_SECRET_KEY: other })
    expect(await wrong.exited).toBe(1)
    expect(wrong.output.err).toMatch(
      /^ingest: EVENTMESH_SECRET_KEY: this is not the master key of this database[^\n]*\n$/,
    )
    expect(wrong.output.err).not.toContain(other)
    const malformed = start({ INGEST_DATABASE_URL: urls.ingest, EVENTMESH_SECRET_KEY: 'short' })
    expect(await malformed.exited).toBe(1)
    expect(malformed.output.err).toMatch(/^ingest: EVENTMESH_SECRET_KEY: it must be 32 bytes/)

    // The test server is unsafe on purpose, so that production has another reason to refuse it.
    const right = start({ INGEST_DATABASE_URL: urls.ingest, EVENTMESH_SECRET_KEY: key.toString('base64') })
    await portOf(right.output)
    right.child.kill('SIGTERM')
    expect(await right.exited).toBe(0)
    await close()
  }, 60_000)

  it.each<[string, Record<string, string>, RegExp]>([
    ['broken variables', { INGEST_PORT: 'x', DRAIN_DELAY: 'y' }, /^ingest: INGEST_PORT .*\ningest: DRAIN_DELAY .*\n$/],
    [
      'the embedded database in production',
      { EVENTMESH_DURABILITY: 'production', EVENTMESH_LOG: 'postgres' },
      /^ingest: DATABASE_URL is not set[^\n]*\n$/,
    ],
  ])(
    'names %s and exits 1',
    async (_case, environment, message) => {
      const { output, exited } = start(environment)
      expect(await exited).toBe(1)
      expect(output.err).toMatch(message)
    },
    30_000,
  )

  it('says how to start what is missing when no embedded server runs', async () => {
    const { output, exited } = start({ EVENTMESH_DATA_DIR: await mkdtemp(join(tmpdir(), 'no-server-')) })
    expect(await exited).toBe(1)
    expect(output.err).toMatch(/^ingest: DATABASE_URL is not set .* npm start, or set DATABASE_URL\n$/)
  }, 30_000)

  it('names a port that is in use and exits 1', async () => {
    const { urls, close } = await testDatabase()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const taken = String((other.address() as AddressInfo).port)
    const { output, exited } = start({ INGEST_DATABASE_URL: urls.ingest, INGEST_PORT: taken })
    expect(await exited).toBe(1)
    expect(output.err).toBe(`ingest: INGEST_PORT: port ${taken} is in use; set INGEST_PORT to another one\n`)
    other.close()
    await close()
  }, 30_000)

  it('refuses a login with more rights than its own', async () => {
    const { urls, close } = await testDatabase()
    const { output, exited } = start({ INGEST_DATABASE_URL: urls.superuser })
    expect(await exited).toBe(1)
    expect(output.err).toMatch(/must be eventmesh_ingest/)
    await close()
  }, 30_000)
})
