import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rawRequest, startTestIngest, type TestIngest } from './testing.ts'

let t: TestIngest
beforeAll(async () => {
  t = await startTestIngest({
    limits: { headersTimeoutMs: 1_000, requestTimeoutMs: 1_500, connectionsCheckMs: 100 },
  })
})
afterAll(() => t.close())

const event = '{"event_type":"a.b","payload":{}}'

function head(lines: readonly string[], requestLine = 'POST /v1/events HTTP/1.1'): string {
  return [requestLine, ...lines, '', ''].join('\r\n')
}

/** A good request's headers, before what a case adds. */
function good(more: readonly string[], without: readonly string[] = []): string[] {
  return [
    'Host: ingest.example',
    `Authorization: Bearer ${t.key.text}`,
    'Content-Type: application/json',
    ...more,
  ].filter((line) => !without.some((name) => line.startsWith(`${name}:`)))
}

/** Every refusal has this form, also where no route was reached. */
function expectProblem(text: string, status: number, code: string): void {
  expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(text).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/i)
  expect(text).toMatch(/\r\nX-Request-Id: [0-9a-f-]{36}\r\n/i)
  const problem = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4))
  expect(problem).toMatchObject({ type: `http://ingest.example/errors/${code}`, status, code })
  expect(problem.request_id).toBe(/\r\nX-Request-Id: ([0-9a-f-]{36})\r\n/i.exec(text)?.[1])
  expect(text).not.toMatch(/\bat .*\.ts\b/)
}

async function expectServes(): Promise<void> {
  expect((await t.post(event)).status).toBe(202)
}

describe('framing that a proxy could read differently (S3)', () => {
  const length = `Content-Length: ${event.length}`
  it.each<[string, () => string]>([
    ['CL and TE', () => head(good([length, 'Transfer-Encoding: chunked'])) + event],
    ['TE and CL', () => head(good(['Transfer-Encoding: chunked', length])) + event],
    ['two lengths that differ', () => head(good([length, 'Content-Length: 3'])) + event],
    ['a length list', () => head(good([`${length}, ${event.length}`])) + event],
    ['a signed length', () => `${head(good(['Content-Length: +2']))}{}`],
    ['xchunked', () => `${head(good(['Transfer-Encoding: xchunked']))}0\r\n\r\n`],
    ['a coding before chunked', () => `${head(good(['Transfer-Encoding: gzip, chunked']))}0\r\n\r\n`],
    ['bare LF after every line', () => (head(good([length])) + event).replaceAll('\r\n', '\n')],
    ['bare LF after one header', () => head(good([`X-A: b\n${length}`])) + event],
    ['a folded header', () => head(good([`X-A: b\r\n c`, length])) + event],
    ['space before the colon', () => head(good(['X-A : b', length])) + event],
    ['NUL in a header', () => head(good(['X-A: b\0c', length])) + event],
    ['an unknown method', () => head(good([length]), 'FOO /v1/events HTTP/1.1') + event],
  ])('%s: 400, closed, and the next request works', async (_case, bytes) => {
    const answer = await rawRequest(t.port, [bytes()], { untilClosed: true })
    expectProblem(answer.text, 400, 'request_malformed')
    expect(answer.isClosed).toBe(true)
    await expectServes()
  })

  it('a chunk that is none: 400, closed', async () => {
    const answer = await rawRequest(t.port, [head(good(['Transfer-Encoding: chunked'])), 'zz\r\nab\r\n'], {
      untilClosed: true,
    })
    expectProblem(answer.text, 400, 'body_malformed')
    expect(answer.isClosed).toBe(true)
  })

  it('a chunk extension with a bare LF: 400, closed', async () => {
    const answer = await rawRequest(t.port, [head(good(['Transfer-Encoding: chunked'])), '2;a\nab\r\n0\r\n\r\n'], {
      untilClosed: true,
    })
    expectProblem(answer.text, 400, 'body_malformed')
    expect(answer.isClosed).toBe(true)
  })

  it.each<[string, string[], string]>([
    ['its length', ['Content-Length: 100'], '{"event_type":'],
    ['its last chunk', ['Transfer-Encoding: chunked'], '21\r\n{"event_type":"a.b",'],
  ])('a body that ends before %s: 400, nothing published', async (_case, headers, body) => {
    const before = (await t.records()).length
    const answer = await rawRequest(t.port, [head(good(headers)), body], { halfClose: true })
    expectProblem(answer.text, 400, 'body_malformed')
    expect((await t.records()).length).toBe(before)
  })

  it('answers the request before the one that is broken', async () => {
    const bytes = head(good([length, 'Idempotency-Key: before-garbage'])) + event
    const answer = await rawRequest(t.port, [`${bytes}GARBAGE\r\n\r\n`], { untilClosed: true })
    expect(answer.text).toMatch(/^HTTP\/1.1 202 /)
    expect(answer.text).toContain('"idempotency_key":"before-garbage"')
    expect(answer.text).toMatch(/}HTTP\/1.1 400 /)
    expect(answer.isClosed).toBe(true)
  })

  it('a method that would make a tunnel: 400, closed', async () => {
    const answer = await rawRequest(t.port, ['CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n'], {
      untilClosed: true,
    })
    expectProblem(answer.text, 400, 'request_malformed')
    expect(answer.isClosed).toBe(true)
  })
})

describe('Host (S4)', () => {
  it.each<[string, () => string]>([
    ['two of them', () => head(good(['Host: other.example', 'Content-Length: 0']))],
    ['none', () => head(good(['Content-Length: 0'], ['Host']))],
    ['an invalid one', () => head([...good([], ['Host']), 'Host: a b@c', 'Content-Length: 0'])],
    [
      'an absolute URL with a foreign one',
      () => head(good(['Content-Length: 0']), 'POST http://other.example/v1/events HTTP/1.1'),
    ],
    ['a target that is no path', () => head(good(['Content-Length: 0']), 'POST v1/events HTTP/1.1')],
    ['a backslash in the path', () => head(good(['Content-Length: 0']), 'POST /v1\\events HTTP/1.1')],
  ])('%s: 400', async (_case, bytes) => {
    expectProblem((await rawRequest(t.port, [bytes()])).text, 400, 'request_malformed')
  })

  it('an absolute URL with the same host is the same request', async () => {
    const bytes = head(
      good([`Content-Length: ${event.length}`, 'Connection: close']),
      'POST http://ingest.example/v1/events HTTP/1.1',
    )
    expect((await rawRequest(t.port, [bytes + event])).text).toMatch(/^HTTP\/1.1 202 /)
  })

  it('routes by path alone, whatever the host says', async () => {
    const headers = [
      ...good([], ['Host']),
      'Host: console.example:1',
      `Content-Length: ${event.length}`,
      'Connection: close',
    ]
    expect((await rawRequest(t.port, [head(headers) + event])).text).toMatch(/^HTTP\/1.1 202 /)
  })

  it('a host that a URL parser would rewrite ends in the same form', async () => {
    const answer = await rawRequest(t.port, [
      head(['Host: A.example:99999', 'Connection: close'], 'GET /livez HTTP/1.1'),
    ])
    expectProblem(answer.text, 400, 'request_malformed')
  })
})

describe('repeated headers (S5)', () => {
  it.each([
    ['Authorization', 'Authorization: Bearer em_live_x'],
    ['Idempotency-Key', 'Idempotency-Key: a\r\nIdempotency-Key: b'],
    ['Content-Type', 'Content-Type: text/plain'],
  ])('%s: 400, before the body is read', async (_name, lines) => {
    const answer = await rawRequest(t.port, [head(good(['Content-Length: 1000', lines])), '{'])
    expectProblem(answer.text, 400, 'header_repeated')
    expect(answer.text).toMatch(/\r\nConnection: close\r\n/i)
  })
})

describe('sizes before the body (S6)', () => {
  it('takes 100 header fields and refuses 101 with 431', async () => {
    const fields = (count: number) => {
      const base = good([`Content-Length: ${event.length}`, 'Connection: close'])
      return head([...base, ...Array.from({ length: count - base.length }, (_, i) => `X-${i}: a`)]) + event
    }
    expect((await rawRequest(t.port, [fields(100)])).text).toMatch(/^HTTP\/1.1 202 /)
    expectProblem((await rawRequest(t.port, [fields(101)])).text, 431, 'headers_too_large')
  })

  it('refuses a header block above 16 KiB with 431', async () => {
    const of = (bytes: number) =>
      head(good([`Content-Length: ${event.length}`, 'Connection: close', `X-A: ${'a'.repeat(bytes)}`])) + event
    expect((await rawRequest(t.port, [of(15_000)])).text).toMatch(/^HTTP\/1.1 202 /)
    const answer = await rawRequest(t.port, [of(16_384)], { untilClosed: true })
    expectProblem(answer.text, 431, 'headers_too_large')
    expect(answer.isClosed).toBe(true)
  })

  it('takes a URL of 2,048 bytes and refuses one more with 414', async () => {
    const of = (bytes: number) => {
      const path = `/v1/events?${'a'.repeat(bytes - '/v1/events?'.length)}`
      return head(good([`Content-Length: ${event.length}`, 'Connection: close']), `POST ${path} HTTP/1.1`) + event
    }
    expect((await rawRequest(t.port, [of(2_048)])).text).toMatch(/^HTTP\/1.1 202 /)
    expectProblem((await rawRequest(t.port, [of(2_049)])).text, 414, 'uri_too_long')
  })
})

describe('slow senders (S7)', () => {
  it('headers that do not come to an end: 408, closed', async () => {
    const answer = await rawRequest(t.port, ['POST /v1/events HTTP/1.1\r\nHost: a\r\n'], {
      quietMs: 5_000,
      untilClosed: true,
    })
    expectProblem(answer.text, 408, 'body_timeout')
    expect(answer.isClosed).toBe(true)
  })

  it('a body that does not come to an end: 408, closed', async () => {
    const answer = await rawRequest(t.port, [head(good(['Content-Length: 100'])), '{"event_type"'], {
      quietMs: 5_000,
      untilClosed: true,
    })
    expectProblem(answer.text, 408, 'body_timeout')
    expect(answer.isClosed).toBe(true)
    await expectServes()
  })
})

describe('routes (S11)', () => {
  it.each([
    ['GET', '/', 404, 'route_unknown'],
    ['POST', '/v1/event', 404, 'route_unknown'],
    ['POST', '/v1/events/', 404, 'route_unknown'],
    ['DELETE', '/nope', 404, 'route_unknown'],
    ['OPTIONS', '/nope', 404, 'route_unknown'],
    ['GET', '/errors/nope', 404, 'route_unknown'],
    ['GET', '/errors/__proto__', 404, 'route_unknown'],
    ['GET', '/v1/events', 405, 'method_not_allowed'],
    ['PUT', '/v1/events', 405, 'method_not_allowed'],
    ['OPTIONS', '/v1/events/batch', 405, 'method_not_allowed'],
    ['POST', '/livez', 405, 'method_not_allowed'],
  ])('%s %s: %i %s', async (method, path, status, code) => {
    const answer = await rawRequest(t.port, [head(['Host: a', 'Connection: close'], `${method} ${path} HTTP/1.1`)])
    expectProblem(answer.text, status, code)
    if (status === 405)
      expect(answer.text).toMatch(path === '/livez' ? /\r\nAllow: GET, HEAD\r\n/ : /\r\nAllow: POST\r\n/)
  })

  it('keeps the connection of a refused request without body', async () => {
    const one = head(['Host: a'], 'GET /nope HTTP/1.1')
    const answer = await rawRequest(t.port, [one, one], { quietMs: 300 })
    expect(answer.text.match(/HTTP\/1.1 404 /g)).toHaveLength(2)
    expect(answer.isClosed).toBe(false)
  })

  it('answers its health', async () => {
    for (const path of ['/livez', '/readyz']) {
      const response = await fetch(t.url + path)
      expect([response.status, await response.text()]).toEqual([200, 'ok\n'])
    }
    expect((await fetch(`${t.url}/livez`, { method: 'HEAD' })).status).toBe(200)
  })
})

describe('media types (S2, S10)', () => {
  it.each([
    ['text/plain', ['Content-Type: text/plain']],
    ['a form', ['Content-Type: application/x-www-form-urlencoded']],
    ['another charset', ['Content-Type: application/json; charset=latin1']],
    ['none', []],
    ['a malformed one', ['Content-Type: application']],
    ['a batch on the single route', ['Content-Type: application/x-ndjson']],
  ])('%s: 415 before the body, closed', async (_case, lines) => {
    const headers = [...good([], ['Content-Type']), ...lines, 'Content-Length: 1000']
    const answer = await rawRequest(t.port, [head(headers), 'x'])
    expectProblem(answer.text, 415, 'media_type_unsupported')
    expect(answer.text).toMatch(/\r\nConnection: close\r\n/i)
  })

  it.each(['gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'gzip, identity'])(
    'Content-Encoding %s: 415 before the body, closed',
    async (encoding) => {
      const answer = await rawRequest(t.port, [
        head(good([`Content-Encoding: ${encoding}`, 'Content-Length: 100000'])),
        'x',
      ])
      expectProblem(answer.text, 415, 'media_type_unsupported')
      expect(answer.text).toMatch(/\r\nConnection: close\r\n/i)
    },
  )

  it.each(['application/json', 'application/json;charset=utf-8', 'Application/JSON; charset="UTF-8"'])(
    'takes %s',
    async (type) => {
      expect((await t.post(event, { 'content-type': type })).status).toBe(202)
    },
  )

  it('takes Content-Encoding identity', async () => {
    expect((await t.post(event, { 'content-encoding': 'identity' })).status).toBe(202)
  })
})

describe('body size (S1)', () => {
  const limit = 1024 * 1024
  const sized = (bytes: number) => `{"event_type":"a.b","payload":{"x":"${'x'.repeat(bytes - 41)}"}}`.padEnd(bytes)
  const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`

  it('takes exactly 1 MiB, with a length and in chunks', async () => {
    const body = sized(limit)
    expect(body).toHaveLength(limit)
    const whole = head(good([`Content-Length: ${limit}`, 'Connection: close'])) + body
    expect((await rawRequest(t.port, [whole], { quietMs: 5_000 })).text).toMatch(/^HTTP\/1.1 202 /)
    const parts = head(good(['Transfer-Encoding: chunked', 'Connection: close'])) + chunked(body)
    expect((await rawRequest(t.port, [parts], { quietMs: 5_000 })).text).toMatch(/^HTTP\/1.1 202 /)
  })

  it('refuses one byte more by its declared length, before the body', async () => {
    const answer = await rawRequest(t.port, [head(good([`Content-Length: ${limit + 1}`]))])
    expectProblem(answer.text, 413, 'payload_too_large')
    expect(answer.text).toMatch(/\r\nConnection: close\r\n/i)
  })

  it('refuses one byte more in chunks while it streams', async () => {
    const answer = await rawRequest(t.port, [head(good(['Transfer-Encoding: chunked'])), chunked(sized(limit + 1))], {
      quietMs: 5_000,
    })
    expectProblem(answer.text, 413, 'payload_too_large')
    expect(answer.text).toMatch(/\r\nConnection: close\r\n/i)
  })

  it('the answer reaches a sender that goes on sending a refused upload', async () => {
    const body = Buffer.alloc(4 * 1024 * 1024, 'x')
    const answer = await rawRequest(t.port, [head(good([`Content-Length: ${body.length}`])), body], { quietMs: 5_000 })
    expectProblem(answer.text, 413, 'payload_too_large')
  })
})

describe('Expect: 100-continue', () => {
  it('asks for the body when the headers are fine', async () => {
    const answer = await rawRequest(t.port, [
      head(good([`Content-Length: ${event.length}`, 'Expect: 100-continue', 'Connection: close'])),
      event,
    ])
    expect(answer.text).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 202 /)
  })

  it('refuses by the headers without asking for the body', async () => {
    const answer = await rawRequest(
      t.port,
      [head(['Host: a', 'Content-Type: application/json', 'Content-Length: 1000', 'Expect: 100-continue'])],
      { quietMs: 3_000, untilClosed: true },
    )
    expectProblem(answer.text, 401, 'key_missing')
    expect(answer.isClosed).toBe(true)
  })

  it('refuses another expectation', async () => {
    const answer = await rawRequest(t.port, [head(good(['Content-Length: 0', 'Expect: tea']))])
    expectProblem(answer.text, 400, 'request_malformed')
  })
})

describe('GET /errors/<code>', () => {
  it('answers a page per code, as text and as HTML', async () => {
    const text = await fetch(`${t.url}/errors/key_missing`, { headers: { accept: 'text/plain' } })
    expect(text.status).toBe(200)
    expect(text.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await text.text()).toMatch(/^key_missing\n\n.+/)
    const html = await fetch(`${t.url}/errors/key_missing`, { headers: { accept: 'text/html,*/*' } })
    expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await html.text()).toMatch(/<h1><code>key_missing<\/code><\/h1>/)
  })
})
