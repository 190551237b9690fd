import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const gocardless: Provider = {
  id: 'gocardless',
  name: 'GoCardless',
  docs: 'https://developer.gocardless.com/api-reference/#appendix-webhooks',
  checked: '2026-11-25',
  source: 'gocardless-nodejs src/webhooks.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'webhook-signature' }),
  secret: { form: 'text', hint: 'the secret of the webhook endpoint' },
  type: [['item:resource_type', 'item:action']],
  key: [['item:id']],
  time: ['item:created_at'],
  split: { path: 'events' },
  retry: '498 = bad signature convention; 8 retries',
  ackLimit: '10 s',
  setup: ["In Developers → Create → Webhook endpoint paste the source's URL and a secret."],
  test: '"Send test webhook" on the endpoint.',
  notes: ['The header is named like that of Standard Webhooks but is another scheme.'],
  sample: {
    contentType: 'application/json',
    body: '{"events":[{"id":"{id}","created_at":"{iso}","resource_type":"payments","action":"confirmed","links":{"payment":"PM1"}}],"meta":{"webhook_id":"WB1"}}',
  },
}
