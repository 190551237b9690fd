import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const replicate: Provider = {
  id: 'replicate',
  name: 'Replicate',
  docs: 'https://replicate.com/docs/topics/webhooks/verify-webhook',
  checked: '2026-11-25',
  source: 'replicate-javascript lib/util.js',
  confidence: 'S/K',
  proof: 'vector',
  scheme: standardWebhooks({ bounds: null }),
  secret: { form: 'whsec', hint: 'the signing secret of the account (API: webhooks/default/secret)', shortBelow: 24 },
  type: [['body:status']],
  key: [['header:webhook-id']],
  time: ['body:completed_at'],
  retry: 'terminal events exponential ~1 min',
  ackLimit: 'not published',
  setup: [
    "Pass the source's URL as `webhook` when you create a prediction.",
    'GET /v1/webhooks/default/secret and store the key.',
  ],
  test: 'Run a prediction with `webhook_events_filter`.',
  sample: { contentType: 'application/json', body: '{"id":"p1","status":"succeeded","completed_at":"{iso}"}' },
}
