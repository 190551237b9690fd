import { Kafka, logLevel } from 'kafkajs'
import { once } from './once.js'

const {
  KAFKA_BROKERS = 'localhost:19092',
  KAFKA_TOPIC_PREFIX = 'eventmesh.',
  GROUP = 'example',
  LIMIT = 'Infinity',
} = process.env

const kafka = new Kafka({ clientId: 'eventmesh-example', brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: GROUP })
const isNew = once()
let left = Number(LIMIT)

await consumer.connect()
await consumer.subscribe({ topic: `${KAFKA_TOPIC_PREFIX}events`, fromBeginning: true })
await consumer.run({
  // The offset is committed after the handler: what was not finished comes again, and `once` knows it.
  async eachMessage({ message }) {
    if (left === 0) return
    const event = JSON.parse(message.value.toString())
    const mode = message.headers['em-mode'].toString()
    const verdict = isNew(event.event_id) ? 'new' : 'seen before'
    console.log(`${verdict}: ${event.event_type} ${event.event_id} (${mode}) ${JSON.stringify(event.payload)}`)
    left -= 1
    if (left === 0) stop()
  },
})

function stop() {
  // Not inside the handler: it would wait for itself.
  setImmediate(async () => {
    await consumer.disconnect()
    process.exit(0)
  })
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
