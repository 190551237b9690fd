import { keys } from '@eventmesh/db'
import { MeshError } from '@eventmesh/envelope'
import { expect, it } from 'vitest'
import { eventually, rawRequest, startTestIngest } from './testing.ts'

const canary = 'CANARY7f3a9b'

/** S55, S56: through every ending, nothing of what a sender or a driver holds secret reaches a log line or an answer. */
it('no secret reaches an answer or a log line, whatever goes wrong', async () => {
  let fault: 'none' | 'log' | 'claims' | 'keys' | 'bug' = 'none'
  const leaky = Object.assign(new Error(`connect failed postgres://user:${canary}@db/x`), {
    command: { name: 'hset', args: [canary] },
    parameters: [canary],
    query: `select '${canary}'`,
  })
  const t = await startTestIngest({
    wrap: ({ log, claims, lookupKey }) => ({
      log: {
        ...log,
        append: (topic, records, options) => {
          if (topic !== 'events' || fault === 'none') return log.append(topic, records, options)
          if (fault === 'bug') return Promise.reject(leaky)
          return Promise.resolve(records.map(() => ({ status: 'refused' as const, detail: canary })))
        },
      },
      claims: {
        ...claims,
        claim: (requests) =>
          fault === 'claims'
            ? Promise.reject(new MeshError('claims_unavailable', 'away', { cause: leaky }))
            : claims.claim(requests),
        settle: (requests) => (fault === 'claims' ? Promise.reject(leaky) : claims.settle(requests)),
      },
      lookupKey: (hash) => (fault === 'keys' ? Promise.reject(leaky) : lookupKey(hash)),
    }),
  })
  const answers: string[] = []
  const body = JSON.stringify({ event_type: 'a', payload: { secret: canary } })
  const send = async (text: string, headers: Record<string, string> = {}, path?: string) => {
    answers.push((await t.post(text, { cookie: `session=${canary}`, 'x-api-key': canary, ...headers }, path)).text)
  }
  const wrongKey = `em_live_${canary}`.padEnd(46, '0')

  for (const each of ['none', 'log', 'claims', 'keys', 'bug'] as const) {
    fault = each
    await send(body, { 'idempotency-key': `k-${each}` })
    await send(body)
    await send(`${body.slice(0, -3)}`)
    await send(JSON.stringify({ event_type: 'a b', payload: canary, occurred_at: canary }))
    await send(`[${body},{"payload":"${canary}"}]`, {}, '/v1/events/batch')
    await send(body, { authorization: `Bearer ${wrongKey}` })
    await send(body, { authorization: `Basic ${canary}` })
    await send(body, { authorization: `Bearer ${keys.generateKey('live').text}` })
    await send(body, { 'content-type': `text/${canary.toLowerCase()}` })
    await send(body, {}, `/nope?token=${canary}`)
    await send(body, { 'idempotency-key': `${canary},` })
  }
  fault = 'none'
  const raw = await rawRequest(t.port, [
    `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${canary}\r\nX : ${canary}\r\n\r\n${canary}`,
  ])
  answers.push(raw.text)
  await eventually(() => t.logLines.some((line) => line.includes('request_malformed')))
  await t.close()

  const everything = [...answers, ...t.logLines].join('\n')
  expect(everything).not.toContain(canary)
  expect(everything.toLowerCase()).not.toContain(canary.toLowerCase())
  expect(everything).not.toContain(t.key.text)
  expect(everything).not.toContain('hunter')

  // The positive control: what is looked through does hold each request, and a planted canary would be found.
  for (const id of answers.map((text) => /"request_id":"([^"]+)"/.exec(text)?.[1])) expect(everything).toContain(id)
  expect(t.logLines.length).toBeGreaterThan(answers.length - 1)
  expect(`${everything}${canary}`).toContain(canary)
  for (const line of t.logLines) expect(() => JSON.parse(line)).not.toThrow()
})

it('a log line cannot be forged through what a sender chooses', async () => {
  const t = await startTestIngest()
  const path = '/v1/%0a%1b[31m{"level":"error"}'
  await rawRequest(t.port, [`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`])
  await eventually(() => t.logLines.some((line) => line.includes('route_unknown')))
  await t.close()
  for (const line of t.logLines) {
    expect(line.trimEnd()).not.toMatch(/[\r\n\u001b]/)
    expect(JSON.parse(line).level).toBe('info')
  }
})
