import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** The yardstick: the same framework on the same Node parses the same JSON and answers 202. Nothing is kept. */
const app = new Hono()
app.post('/v1/events', async (c) => {
  const event = await c.req.json<{ event_type: string }>()
  return c.json({ event_type: event.event_type, status: 'accepted' }, 202)
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT) }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})
