import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const modernTreasury: Provider = {
  id: 'modern-treasury',
  name: 'Modern Treasury',
  docs: 'https://docs.moderntreasury.com/platform/reference/webhooks',
  checked: '2026-11-25',
  source: 'modern-treasury-node tests',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-signature' }),
  secret: { form: 'text', hint: 'the webhook key' },
  type: [['header:x-topic', 'body:event']],
  key: [['header:x-event-id']],
  time: [],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In Developers → Webhooks add an endpoint with the source's URL and copy the webhook key."],
  test: '"Send test" on the endpoint.',
  sample: {
    contentType: 'application/json',
    headers: { 'x-topic': 'payment_order', 'x-event-id': '{id}' },
    body: '{"event":"created","data":{"id":"1"}}',
  },
}
