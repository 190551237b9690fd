import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { kafkaPart, withPart } from '../../packages/bus/src/testing/parts.ts'
import { type KafkaCluster, startKafka } from '../parts/kafka.mjs'
import { freePorts } from '../parts/ports.ts'
import { cli, startCli } from './harness/cli.ts'
import { endIngests, startIngest } from './harness/ingest.ts'
import { cleanUp, environment, type Mesh, startMesh, stopMesh } from './harness/mesh.ts'
import { send } from './harness/send.ts'

// Each example as its README says, compared with the output that stands there: ids, times and keys that differ in each
// run are made equal on both sides.

const examples = new URL('../../examples/', import.meta.url).pathname
let mesh: Mesh

beforeAll(async () => {
  mesh = await startMesh()
})
afterEach(endIngests)
afterAll(async () => {
  if (mesh !== undefined) await stopMesh(mesh)
  await cleanUp()
})

describe('examples', () => {
  test('curl', async () => {
    expect(alike(await run('curl', 'sh', ['send.sh']))).toEqual(alike(expected('curl')))
  })

  test('node', async () => {
    expect(alike(await run('node', 'node', ['send.js']))).toEqual(alike(expected('node')))
  })

  test('node repeats with the same key and the same bytes, and gives up on what no retry helps', async () => {
    const requests: { key: unknown; body: string }[] = []
    const answers = [
      { status: 503, headers: { 'retry-after': '1' } },
      { status: 0, headers: {} },
      { status: 429, headers: { 'retry-after': '1' } },
      { status: 202, headers: {} },
      { status: 422, headers: {} },
    ]
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      requests.push({ key: request.headers['idempotency-key'], body: Buffer.concat(chunks).toString() })
      const { status, headers } = answers[requests.length - 1] ?? { status: 500, headers: {} }
      if (status === 0) request.socket.destroy()
      else response.writeHead(status, headers).end('{"status":"accepted"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const program = `import { send, Refused } from ${JSON.stringify(`${examples}node/send.js`)}
      const given = { url: ${JSON.stringify(url)}, apiKey: 'k', idempotencyKey: 'one', event: { a: 1 } }
      console.log((await send(given)).status, await send(given).catch((error) => error instanceof Refused))`
    const output = await run('node', 'node', ['--input-type=module', '-e', program])
    server.close()
    expect(output.trim()).toBe('accepted true')
    expect(requests).toHaveLength(5)
    expect(new Set(requests.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ key: 'one', body: '{"a":1}' })]),
    )
  })

  test('cloudevents-sdk', async () => {
    expect(alike(await run('cloudevents-sdk', 'node', ['send.js']))).toEqual(alike(expected('cloudevents-sdk')))
  })

  test('consumer without Kafka', async () => {
    const end = await lastPosition()
    await sendOrders(mesh, 'tail')
    const tail = startCli(mesh, ['event', 'tail', '--from', end, '--limit', '3'])
    const lines: Buffer[] = []
    tail.stdout?.on('data', (chunk: Buffer) => lines.push(chunk))
    await new Promise((resolve) => tail.once('close', resolve))
    const output = await run('consumer', 'node', ['tail.js'], {}, Buffer.concat(lines))
    expect(alike(output)).toEqual(alike(expected('consumer', 1)))
  })
})

withPart(kafkaPart, () =>
  describe('examples on Kafka', () => {
    let kafka: KafkaCluster
    beforeAll(async () => {
      kafka = await startKafka({ brokers: 1, port: await freePorts(26) })
    })
    afterAll(async () => await kafka?.close())

    test('consumer', async () => {
      const KAFKA_BROKERS = kafka.bootstrap.join(',')
      const topics = startCli(mesh, ['topics', 'create'], { KAFKA_BROKERS })
      expect(await new Promise((resolve) => topics.once('close', resolve))).toBe(0)
      const ingest = await startIngest(mesh, { KAFKA_BROKERS })
      await sendOrders({ ...mesh, ingestUrl: ingest.ingestUrl }, 'kafka')
      const output = await run('consumer', 'node', ['consume.js'], { KAFKA_BROKERS, LIMIT: '3' })
      expect(alike(byPayload(output))).toEqual(alike(byPayload(expected('consumer'))))
    })
  }),
)

/** Two events and, since the claims are dropped in between, a second record of the first one. */
async function sendOrders(target: Pick<Mesh, 'ingestUrl' | 'apiKey' | 'tenantId'>, name: string): Promise<void> {
  expect((await send(target, `${name}-1`, '{"order":1}', 'order.created')).status).toBe(202)
  expect((await send(target, `${name}-2`, '{"order":2}', 'order.created')).status).toBe(202)
  expect((await cli(mesh, 'claims', 'reset')).code).toBe(0)
  expect((await send(target, `${name}-1`, '{"order":1}', 'order.created')).body.status).toBe('accepted')
}

/** Where the log of the mesh ends: the position of an event that was sent just for that. */
async function lastPosition(): Promise<string> {
  const { body } = await send(mesh, 'last', '{}', 'test.last')
  const tail = startCli(mesh, ['event', 'tail', '--from', 'beginning'])
  let text = ''
  tail.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.includes(body.event_id) && text.endsWith('\n')) tail.kill('SIGTERM')
  })
  await new Promise((resolve) => tail.once('close', resolve))
  return JSON.parse(text.trim().split('\n').at(-1) ?? '').position
}

/** Between partitions there is no order; within one, and so for one event, it stays. */
function byPayload(text: string): string {
  const payload = (line: string) => line.slice(line.indexOf('{'))
  const lines = text.trim().split('\n')
  return lines.toSorted((a, b) => payload(a).localeCompare(payload(b))).join('\n')
}

/** In the example's directory; rejects with what stands on stderr when it fails. */
async function run(
  example: string,
  command: string,
  args: readonly string[],
  added: Readonly<Record<string, string>> = {},
  input: Buffer = Buffer.alloc(0),
): Promise<string> {
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    cwd: join(examples, example),
    env: environment({
      EVENTMESH_URL: mesh.ingestUrl,
      EVENTMESH_API_KEY: mesh.apiKey,
      RUN: String(Date.now()),
      ...added,
    }),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk
    })
  }
  child.stdin.end(input)
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${command} ${args[0]} exited ${code}: ${texts.stderr}${texts.stdout}`)
  return texts.stdout
}

/** The output in the README: its first block of `text`, or the one asked for. */
function expected(example: string, block = 0): string {
  const readme = readFileSync(join(examples, example, 'README.md'), 'utf8')
  const found = [...readme.matchAll(/^```text\n(.*?)^```$/gms)][block]?.[1]
  if (found === undefined) throw new Error(`examples/${example}/README.md has no such output`)
  return found
}

function alike(text: string): readonly string[] {
  const ids = new Map<string, string>()
  return text
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
          // The same id has the same name in both texts: that a duplicate repeats the first one is compared too.
          if (!ids.has(id)) ids.set(id, `id ${ids.size + 1}`)
          return ids.get(id) ?? ''
        })
        .replace(/-\d{9,13}"/g, '-RUN"')
        .replace(/"ix:[0-9a-f]{64}"/g, '"ix:HASH"')
        .replace(/http:\/\/localhost:\d+/g, 'http://localhost:4000')
        .replace(/--from \S+$/, '--from POSITION'),
    )
}
