import { CloudEvent, HTTP } from 'cloudevents'

const { EVENTMESH_URL: url = 'http://localhost:4000', EVENTMESH_API_KEY: apiKey, RUN: run = Date.now() } = process.env

// source and id together are the idempotency key: the SDK makes a new id for each event unless you name one. Name it
// after what happened, then a second run sends the same event and not another one.
const event = (id, data) =>
  new CloudEvent({ source: '/shop/orders', id: `${id}-${run}`, type: 'com.example.order.created', data })

await show('structured', HTTP.structured(event('order-1', { total: 19.9 })))
// A retry sends the same message: made anew, the event would have another `time`, and its id would be refused (422).
const message = HTTP.binary(event('order-2', { total: 5 }))
await show('binary', message)
await show('the same again', message)
// The ordering key of a CloudEvent is its extension `partitionkey`.
await show('with an ordering key', HTTP.structured(event('order-3', {}).cloneWith({ partitionkey: 'customer-9' })))
await show(
  'batch',
  {
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify([event('order-4', { total: 1 }), event('order-5', { total: 2 })]),
  },
  '/v1/events/batch',
)

/** The SDK's own transport hides the status; a message's headers and body go with any client. */
async function show(title, message, path = '/v1/events') {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { ...message.headers, authorization: `Bearer ${apiKey}` },
    body: message.body,
  })
  const answer = await response.json()
  const endings = (answer.results ?? [answer]).map(
    ({ status, code, event_id }) => `${code ?? status} ${event_id ?? ''}`,
  )
  console.log(`${title}: ${response.status} ${endings.join(', ')}`)
}
