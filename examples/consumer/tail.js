// Reads what `eventmesh event tail` prints, one record a line, wherever the log is (on Postgres too):
//   npm run -s eventmesh -- event tail --from beginning | node examples/consumer/tail.js
import { createInterface } from 'node:readline'
import { once } from './once.js'

const isNew = once()
let position = 'beginning'

for await (const line of createInterface({ input: process.stdin })) {
  const record = JSON.parse(line)
  const event = record.value
  const verdict = isNew(event.event_id) ? 'new' : 'seen before'
  console.log(`${verdict}: ${event.event_type} ${event.event_id} ${JSON.stringify(event.payload)}`)
  position = record.position
}
// Where to go on with --from; a real consumer keeps it together with its effect.
console.log(`next: --from ${position}`)
