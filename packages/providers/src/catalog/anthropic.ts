import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const anthropic: Provider = {
  id: 'anthropic',
  name: 'Anthropic',
  docs: 'https://docs.claude.com/en/api/webhooks',
  checked: '2026-11-25',
  source: 'anthropic-sdk-typescript; API reference, beta webhooks',
  confidence: 'S/S',
  proof: 'generated',
  scheme: standardWebhooks(),
  secret: { form: 'whsec', hint: 'the signing secret of the endpoint (whsec_…)', shortBelow: 24 },
  type: [['body:data.type']],
  key: [['body:id'], ['header:webhook-id']],
  time: ['body:created_at'],
  retry: 'non-2xx incl. 3xx retried',
  ackLimit: 'not published',
  setup: ["In the console's webhook settings add an endpoint with the source's URL and copy its secret."],
  test: 'Trigger the subscribed event.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","created_at":"{iso}","data":{"id":"sesn_1","type":"session.status_idled"},"type":"event"}',
  },
}
