import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { eventually, startTestIngest } from './testing.ts'

const body = '{"event_type":"a","payload":{}}'

describe('a drain', () => {
  it('is announced first: not ready, still serving, each answer the last on its connection', async () => {
    const t = await startTestIngest()
    const before = await t.post(body)
    expect(before.headers.get('connection')).toBe('keep-alive')
    t.ingest.announceDrain()
    const ready = await fetch(`${t.url}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([503, 'not ready\n'])
    expect((await fetch(`${t.url}/livez`)).status).toBe(200)
    const during = await t.post(body)
    expect([during.status, during.headers.get('connection')]).toEqual([202, 'close'])
    await t.close()
  })

  it('finishes what is in flight, settles it, and takes no more connections', async () => {
    let held: (() => void) | undefined
    const settled: string[] = []
    const t = await startTestIngest({
      wrap: ({ log, claims }) => ({
        log: {
          ...log,
          append: async (topic, records, options) => {
            if (topic === 'events') {
              await new Promise<void>((resolve) => {
                held = resolve
              })
            }
            return log.append(topic, records, options)
          },
        },
        claims: {
          ...claims,
          settle: async (requests) => {
            const answers = await claims.settle(requests)
            settled.push(...requests.map((each) => each.key))
            return answers
          },
        },
      }),
    })
    const inFlight = t.post(body, { 'idempotency-key': 'last' })
    await eventually(() => held !== undefined)
    const drained = t.ingest.drain(5_000)
    await eventually(
      () =>
        new Promise<boolean>((resolve) => {
          const socket = net.connect(t.port, '127.0.0.1')
          socket.on('connect', () => resolve(false)).on('error', () => resolve(true))
          socket.unref()
        }),
    )
    held?.()
    expect((await inFlight).body.status).toBe('accepted')
    await drained
    expect(settled).toEqual(['last'])
    await t.close()
  })

  it('cuts a body that does not come to its end', async () => {
    const t = await startTestIngest()
    const socket = net.connect(t.port, '127.0.0.1')
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    socket.on('error', () => {
      // Being cut is what is tested.
    })
    socket.write(
      `POST /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${t.key.text}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    )
    await eventually(async () =>
      (await t.metrics()).includes('eventmesh_ingest_requests_in_flight{process="ingest"} 1'),
    )
    const started = performance.now()
    await t.ingest.drain(300)
    expect(performance.now() - started).toBeLessThan(2_000)
    await closed
    await t.close()
  })
})
