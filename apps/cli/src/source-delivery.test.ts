import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type Database, sources, tokenHash, verifications } from '@eventmesh/db'
import { type TestDatabase, testDatabase } from '@eventmesh/db/testing'
import { newRequestId, type SourceId, type TenantId } from '@eventmesh/envelope'
import { verify } from '@eventmesh/providers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dispatch } from './dispatch.ts'

const masterKey = Buffer.alloc(32, 9)
const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`

type Received = { method: string; path: string; rawHeaders: string[]; body: Buffer }

let database: TestDatabase
let ingest: Database
let directory: string
let tenantId: TenantId
let receiver: http.Server
let url: string
let status = 202
const received: Received[] = []

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'source-send-'))
  database = await testDatabase()
  ingest = connect({
    url: database.urls.ingest,
    role: 'ingest',
    max: 1,
    acquireTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    applicationName: 'test',
  })
  receiver = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', rawHeaders } = request
    received.push({ method, path, rawHeaders, body: Buffer.concat(chunks) })
    response.writeHead(status, { 'x-request-id': 'r-1' }).end('{"status":"accepted"}')
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  tenantId = (await run(['tenant', 'create', 'acme', '--json'])).document.id
})
afterAll(async () => {
  receiver.close()
  await ingest.close()
  await database.close()
  rmSync(directory, { recursive: true })
})

async function run(
  args: readonly string[],
  given: { input?: string; environment?: Record<string, string>; onNote?: () => void } = {},
) {
  const output = { stdout: '', stderr: '' }
  const code = await dispatch(args, {
    environment: {
      DATABASE_URL: database.urls.superuser,
      EVENTMESH_SECRET_KEY: masterKey.toString('base64'),
      EVENTMESH_INGEST_URL: url,
      ...given.environment,
    },
    readInput: async () => Buffer.from(given.input ?? ''),
    write: async (chunk) => {
      output.stdout += chunk.toString()
    },
    note: (line) => {
      output.stderr += `${line}\n`
      given.onNote?.()
    },
    signal: new AbortController().signal,
  })
  return { code, ...output, document: output.stdout.startsWith('{') ? JSON.parse(output.stdout) : undefined }
}

async function createSource(provider: string, input = secret): Promise<{ id: SourceId; url: string }> {
  const name = `${provider} ${received.length} ${performance.now()}`
  const args = ['source', 'create', '--tenant', 'acme', '--name', name, '--provider', provider, '--json']
  const { code, stderr, document } = await run(input === '' ? args : [...args, '--secret-stdin'], { input })
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return document
}

describe('source send', () => {
  test.each([
    ['stripe', [], 'customer.created'],
    ['stripe', ['--type', 'invoice.paid'], 'invoice.paid'],
    ['standard-webhooks', ['--type', 'user.created'], 'user.created'],
  ])('posts the sample of %s to the address %j, signed with the source’s secret', async (provider, options, type) => {
    const source = await createSource(provider)
    const sent = await run(['source', 'send', source.id, '--url', source.url, ...options, '--json'])
    expect({ code: sent.code, stderr: sent.stderr }).toEqual({ code: 0, stderr: '' })
    expect(sent.document).toMatchObject({ status: 202, request_id: 'r-1', answer: '{"status":"accepted"}' })
    const request = received.at(-1)!
    expect(url + request.path).toBe(source.url)
    expect(JSON.parse(request.body.toString()).type).toBe(type)
    const found = await sources.byTokenHash(ingest, tokenHash(source.url.split('/hooks/')[1]!))
    const verdict = await verify({
      provider,
      options: found!.options,
      secrets: [{ id: 's', value: secret }],
      request: {
        method: request.method,
        url: source.url,
        query: '',
        rawHeaders: request.rawHeaders,
        body: request.body,
      },
      nowMs: Date.now(),
    })
    expect(verdict.kind).toBe('verified')
    expect(sent.stdout + sent.stderr).not.toContain(secret)
  })

  test('sets a type that stands in a header, and takes a body and an id', async () => {
    const source = await createSource('github', 'a-secret-of-some-length')
    const file = join(directory, 'body.json')
    writeFileSync(file, '{"action":"x",  "n":1}')
    const args = ['source', 'send', source.id, '--url', source.url]
    await run([...args, '--body-file', file, '--delivery-id', 'd-1', '--json'])
    expect(received.at(-1)?.body.toString()).toBe('{"action":"x",  "n":1}')
    expect(received.at(-1)?.rawHeaders).toContain('d-1')
    await run([...args, '--type', 'issues.opened', '--json'])
    expect(received.at(-1)?.rawHeaders).toContain('issues')
    expect(JSON.parse(received.at(-1)!.body.toString()).action).toBe('opened')
  })

  test('exits 1 with the answer when the delivery is refused', async () => {
    status = 401
    const source = await createSource('stripe')
    const sent = await run(['source', 'send', source.id, '--url', source.url, '--json'])
    status = 202
    expect([sent.code, sent.document.status]).toEqual([1, 401])
  })

  test('says what cannot be done', async () => {
    const stripe = await createSource('stripe')
    const other = await createSource('stripe')
    const discord = await createSource('discord', 'a'.repeat(64))
    const cases: [string[], number, RegExp, Record<string, string>?][] = [
      [['source', 'send', stripe.id], 2, /--url is missing/],
      [['source', 'send', stripe.id, '--url', 'https://example.com/'], 2, /not the address of a source/],
      [['source', 'send', stripe.id, '--url', other.url], 1, /not an address of this source/],
      [['source', 'send', discord.id, '--url', discord.url], 1, /only Discord holds the key/],
      [['source', 'send', stripe.id, '--url', stripe.url, '--body-file', '/nonexistent'], 2, /cannot be read/],
      [['source', 'send', stripe.id, '--url', stripe.url.replace(url, 'http://127.0.0.1:1')], 1, /nobody answers/],
      [
        ['source', 'send', stripe.id, '--url', stripe.url],
        1,
        /does not open this source's secrets/,
        { EVENTMESH_SECRET_KEY: Buffer.alloc(32, 1).toString('base64') },
      ],
    ]
    const count = received.length
    for (const [args, code, message, environment] of cases) {
      const sent = await run(args, environment === undefined ? {} : { environment })
      expect([sent.code, sent.stdout]).toEqual([code, ''])
      expect(sent.stderr).toMatch(message)
    }
    expect(received).toHaveLength(count)
  })
})

describe('source test', () => {
  test('explains the next delivery and not one before, exit 1 when it is refused', async () => {
    const source = await createSource('github', 'a-secret-of-some-length')
    const place = {
      tenantId,
      sourceId: source.id,
      item: 0,
      verifiedAt: new Date(),
      evidence: { scheme: 'hmac' },
    } as const
    const refused = { verdict: 'fail', reason: 'signature_mismatch', diagnosis: 'wrong_secret' } as const
    await verifications.record(ingest, { ...place, ...refused, requestId: newRequestId(Date.now()), detail: 'before' })
    let waiting: ReturnType<typeof run> | undefined
    await new Promise<void>((onNote) => {
      waiting = run(['source', 'test', source.id, '--wait', '20s', '--json'], { onNote })
    })
    const requestId = newRequestId(Date.now() + 60_000)
    await verifications.record(ingest, { ...place, ...refused, requestId, detail: 'No secret of this source matches.' })
    const { code, document, stderr } = await waiting!
    expect(code).toBe(1)
    expect(stderr).toContain('waiting for a delivery')
    expect(document).toMatchObject({
      request_id: requestId,
      proof: 'fail',
      outcome: 'rejected',
      reason: 'signature_mismatch',
      diagnosis: 'wrong_secret',
      detail: 'No secret of this source matches.',
      fix: expect.stringContaining('Compare the secret'),
      evidence: { scheme: 'hmac' },
    })
  })

  test('exits 1 when none comes', async () => {
    const source = await createSource('stripe')
    const { code, stderr } = await run(['source', 'test', source.id, '--wait', '1s'])
    expect([code, stderr.includes('no delivery came')]).toEqual([1, true])
  })
})
