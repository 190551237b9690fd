import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminServer, type Readiness, serveAdmin } from './admin.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'

let readiness: Readiness = { ok: true, parts: [] }
let server: AdminServer

beforeAll(async () => {
  const metrics = createMetrics({ process: 'test' })
  metrics.counter('events_total', 'events', ['outcome']).inc({ outcome: 'accepted' })
  server = await serveAdmin({
    host: '127.0.0.1',
    port: 0,
    ready: async () => readiness,
    metrics,
    logger: createLogger({ process: 'test', level: 'silent' }),
  })
})
afterAll(() => server.close())

const get = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init)

describe('serveAdmin', () => {
  it('answers /livez whatever the dependencies say', async () => {
    readiness = { ok: false, parts: [] }
    expect((await get('/livez')).status).toBe(200)
  })

  it('answers /readyz with 503 while a part is down, and names the part only under ?verbose', async () => {
    readiness = { ok: false, parts: [{ name: 'database', ok: false, detail: 'no connection' }] }
    const brief = await get('/readyz')
    expect(brief.status).toBe(503)
    expect(await brief.text()).toBe('not ready\n')
    const verbose = await get('/readyz?verbose')
    expect(verbose.status).toBe(503)
    expect(await verbose.json()).toEqual(readiness)
    readiness = { ok: true, parts: [] }
    expect((await get('/readyz')).status).toBe(200)
  })

  it('exports its counters for Prometheus', async () => {
    const text = await (await get('/metrics')).text()
    expect(text).toContain('events_total{outcome="accepted",process="test"} 1')
    expect(text).toContain('process_resident_memory_bytes')
  })

  it('refuses other routes and methods', async () => {
    expect((await get('/')).status).toBe(404)
    expect((await get('/livez', { method: 'POST' })).status).toBe(405)
  })

  it('rejects when its port is taken', async () => {
    const metrics = createMetrics({ process: 'other' })
    const logger = createLogger({ process: 'test', level: 'silent' })
    const again = serveAdmin({ host: '127.0.0.1', port: server.port, ready: async () => readiness, metrics, logger })
    await expect(again).rejects.toThrow('EADDRINUSE')
  })
})
