import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const paddle: Provider = {
  id: 'paddle',
  name: 'Paddle',
  docs: 'https://developer.paddle.com/webhooks/signature-verification',
  checked: '2026-11-25',
  source: 'paddle-node-sdk webhooks-validator',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({
    header: 'paddle-signature',
    format: { type: 'kv', separator: ';', time: 'ts', signature: 'h1' },
    signed: ['{ts}', ':', '{body}'],
    bounds: { pastS: 5 },
  }),
  secret: { form: 'text', hint: 'the secret key of the notification destination (pdl_ntfset_…)' },
  type: [['body:event_type']],
  key: [['body:notification_id']],
  time: ['body:occurred_at'],
  retry: '60 over 3 days live, 3 in 15 min sandbox',
  ackLimit: '5 s',
  setup: [
    "In Developer Tools → Notifications add a destination with the source's URL.",
    'Edit the destination and copy its Secret key.',
  ],
  test: 'Developer Tools → Simulations.',
  notes: ["Paddle's own libraries allow a delivery 5 s; where your network is slower, set `tolerance`."],
  sample: {
    contentType: 'application/json',
    body: '{"event_id":"evt_1","event_type":"transaction.completed","occurred_at":"{iso}","notification_id":"{id}","data":{"id":"txn_1"}}',
  },
}
