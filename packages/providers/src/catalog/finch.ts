import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const finch: Provider = {
  id: 'finch',
  name: 'Finch',
  docs: 'https://developer.tryfinch.com/how-finch-works/webhooks',
  checked: '2026-11-25',
  source: 'finch-api-node tests',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({
    header: 'finch-signature',
    format: { type: 'list', separator: ' ', prefix: 'v1,' },
    encoding: 'base64',
    key: 'base64',
    signed: ['{header:finch-event-id}', '.', '{ts}', '.', '{body}'],
    time: { header: 'finch-timestamp', unit: 's' },
    bounds: { pastS: 300, futureS: 300 },
  }),
  secret: { form: 'base64', hint: 'the secret of the webhook, base64' },
  type: [['body:event_type']],
  key: [['header:finch-event-id']],
  time: [],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In the dashboard's Webhooks page add one with the source's URL and copy its secret."],
  test: '"Send test event".',
  sample: {
    contentType: 'application/json',
    headers: { 'finch-event-id': '{id}' },
    body: '{"company_id":"c1","event_type":"account.updated","data":{}}',
  },
}
