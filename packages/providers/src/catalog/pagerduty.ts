import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const pagerduty: Provider = {
  id: 'pagerduty',
  name: 'PagerDuty',
  docs: 'https://developer.pagerduty.com/docs/verifying-webhook-signatures',
  checked: '2026-11-25',
  source: 'go-pagerduty webhookv3',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-pagerduty-signature', format: { type: 'list', separator: ',', prefix: 'v1=' } }),
  secret: {
    form: 'text',
    hint: 'the secret shown once with the subscription; it looks like base64 but is used as text',
  },
  type: [['body:event.event_type']],
  key: [['body:event.id']],
  time: ['body:event.occurred_at'],
  retry: '5xx/timeouts retried, 4xx not',
  ackLimit: '5 s',
  setup: ["In Integrations → Generic Webhooks (v3) add a subscription with the source's URL and copy its secret."],
  test: '"Send Test Event" (pagey.ping).',
  sample: {
    contentType: 'application/json',
    body: '{"event":{"id":"{id}","event_type":"incident.triggered","resource_type":"incident","occurred_at":"{iso}","data":{}}}',
  },
}
