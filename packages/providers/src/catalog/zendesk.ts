import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const zendesk: Provider = {
  id: 'zendesk',
  name: 'Zendesk',
  docs: 'https://developer.zendesk.com/documentation/webhooks/verifying/',
  checked: '2026-11-25',
  source: 'developer.zendesk.com/documentation/webhooks/verifying',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({
    header: 'x-zendesk-webhook-signature',
    encoding: 'base64',
    signed: ['{ts}', '{body}'],
    time: { header: 'x-zendesk-webhook-signature-timestamp', unit: 'iso' },
  }),
  secret: { form: 'text', hint: 'the signing secret of the webhook' },
  type: [['body:type']],
  key: [['header:x-zendesk-webhook-invocation-id']],
  time: ['body:time'],
  retry: '409: 3; 429/503 with Retry-After<60 s; breaker at 70 % errors',
  ackLimit: '12 s',
  setup: [
    "In Admin Center → Apps and integrations → Webhooks create a webhook with the source's URL.",
    "Reveal the secret on the webhook's page.",
  ],
  test: 'Actions → "Test webhook" (signed with Zendesk\'s public test secret).',
  sample: {
    contentType: 'application/json',
    headers: { 'x-zendesk-webhook-invocation-id': '{id}' },
    body: '{"type":"zen:event-type:user.created","time":"{iso}","detail":{"id":"1"}}',
  },
}
