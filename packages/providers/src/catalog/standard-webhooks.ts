import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const standardWebhooksProvider: Provider = {
  id: 'standard-webhooks',
  name: 'Standard Webhooks',
  docs: 'https://www.standardwebhooks.com/',
  checked: '2026-11-25',
  source: 'standard-webhooks/standard-webhooks spec/standard-webhooks.md',
  confidence: 'S/S',
  proof: 'vector',
  scheme: standardWebhooks({ prefixes: ['webhook', 'svix'] }),
  secret: {
    form: 'whsec',
    isChosen: true,
    hint: "the endpoint's secret, whsec_ followed by base64; or its public key, whpk_ followed by base64",
    shortBelow: 24,
  },
  type: [['body:type']],
  key: [['header:webhook-id|header:svix-id']],
  time: ['body:timestamp'],
  retry: 'advice: ~10 tries over 75 h; 3xx fails, 410 disables, 429/502/504 throttle, Retry-After',
  ackLimit: '15–30 s advised',
  setup: ["At the sender, create a webhook endpoint with the source's URL.", "Copy the endpoint's signing secret."],
  test: 'Most senders offer "Send example" on the endpoint\'s page.',
  notes: [
    'Lithic, Increase, 360Learning, Browserbase, SignatureAPI, Render, Loops, Recall.ai and Brex sign this way too.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"type":"invoice.paid","timestamp":"{iso}","data":{"id":"inv_1"}}',
  },
}
