import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const pusher: Provider = {
  id: 'pusher',
  name: 'Pusher Channels',
  docs: 'https://pusher.com/docs/channels/server_api/webhooks/',
  checked: '2026-11-25',
  source: 'pusher-http-node; docs.bird.com/pusher',
  confidence: 'S/S',
  proof: 'vector',
  scheme: hmac({
    header: 'x-pusher-signature',
    keyName: 'x-pusher-key',
    time: { body: 'time_ms', unit: 'ms' },
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'named-key', hint: 'key:secret of the app (App Keys)' },
  type: [['body:events.0.name']],
  key: [],
  time: ['body:time_ms'],
  retry: 'exponential 5 min',
  ackLimit: '4 s',
  setup: ["In the app's Webhooks page add one with the source's URL.", 'Copy key and secret from App Keys.'],
  test: 'Join and leave a channel.',
  notes: ['A batch stays one event, typed by its first item.'],
  sample: {
    contentType: 'application/json',
    body: '{"time_ms":{ms},"events":[{"channel":"presence-{id}","name":"channel_vacated"}]}',
  },
}
