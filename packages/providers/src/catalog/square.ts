import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const square: Provider = {
  id: 'square',
  name: 'Square',
  docs: 'https://developer.squareup.com/docs/webhooks/step3validate',
  checked: '2026-11-25',
  source: 'square-nodejs-sdk tests/integration/webhooks.test.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-square-hmacsha256-signature', encoding: 'base64', signed: ['{url}', '{body}'] }),
  secret: { form: 'text', hint: 'the Signature key of the subscription' },
  type: [['body:type']],
  key: [['body:event_id']],
  time: ['body:created_at'],
  retry: 'to 24 h; square-retry-number, square-initial-delivery-timestamp',
  ackLimit: '10 s',
  setup: [
    "In the developer console choose Webhooks → Subscriptions → Add subscription and paste the source's URL.",
    'Copy the Signature key of the subscription.',
  ],
  test: '"Send test event" on the subscription\'s page.',
  sample: {
    contentType: 'application/json',
    body: '{"merchant_id":"M1","type":"payment.updated","event_id":"{id}","created_at":"{iso}","data":{"type":"payment","id":"p1"}}',
  },
}
