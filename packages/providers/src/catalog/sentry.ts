import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const sentry: Provider = {
  id: 'sentry',
  name: 'Sentry',
  docs: 'https://docs.sentry.io/organization/integrations/integration-platform/webhooks/',
  checked: '2026-11-25',
  source: 'docs.sentry.io integration-platform/webhooks',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'sentry-hook-signature' }),
  secret: { form: 'text', hint: 'the Client Secret of the integration' },
  type: [['header:sentry-hook-resource', 'body:action']],
  key: [['header:request-id']],
  time: [],
  retry: 'none',
  ackLimit: '1 s',
  setup: [
    "In Settings → Custom Integrations create one with the source's URL as Webhook URL and copy its Client Secret.",
  ],
  test: 'Cause an issue in a project.',
  notes: ['The timestamp header is not signed. Sentry waits 1 s and does not retry.'],
  sample: {
    contentType: 'application/json',
    headers: { 'sentry-hook-resource': 'issue', 'request-id': '{id}' },
    body: '{"action":"created","installation":{"uuid":"u1"},"data":{}}',
  },
}
