import { createHash, randomUUID } from 'node:crypto'
import { serve } from '@hono/node-server'
import { ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka'
import { Hono } from 'hono'
import { Redis } from 'ioredis'

/**
 * What one writes first, with the same framework and clients: `SET NX` on the idempotency key, one send per request,
 * an answer when the broker has it. It authenticates, limits, checks and logs nothing, and loses events: a crash between
 * the two leaves a key that says "duplicate" of an event that is nowhere.
 */
const { PORT, REDIS_URL, KAFKA_BROKERS, TOPIC } = process.env
if (REDIS_URL === undefined || KAFKA_BROKERS === undefined || TOPIC === undefined) {
  throw new Error('obvious.ts needs REDIS_URL, KAFKA_BROKERS and TOPIC')
}
const redis = new Redis(REDIS_URL)
const producer = new Producer({
  clientId: 'obvious',
  bootstrapBrokers: KAFKA_BROKERS.split(','),
  serializers: stringSerializers,
  acks: ProduceAcks.ALL,
  idempotent: true,
  autocreateTopics: false,
})

const app = new Hono()
app.post('/v1/events', async (c) => {
  const receivedAt = new Date().toISOString()
  const event = await c.req.json<{ event_type: string; payload: unknown }>()
  const key = c.req.header('idempotency-key') ?? randomUUID()
  const eventId = createHash('sha256').update(key).digest('hex')
  const isFirst = await redis.set(`idem:${key}`, eventId, 'EX', 86_400, 'NX')
  if (isFirst === null) return c.json({ event_id: eventId, idempotency_key: key, status: 'duplicate' }, 202)
  const envelope = {
    event_id: eventId,
    event_type: event.event_type,
    received_at: receivedAt,
    idempotency_key: key,
    payload: event.payload,
  }
  await producer.send({ messages: [{ topic: TOPIC, key: eventId, value: JSON.stringify(envelope) }] })
  return c.json({ event_id: eventId, idempotency_key: key, status: 'accepted' }, 202)
})
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) }, ({ port }) => {
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})
