import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const openai: Provider = {
  id: 'openai',
  name: 'OpenAI',
  docs: 'https://platform.openai.com/docs/guides/webhooks',
  checked: '2026-11-25',
  source: 'openai-node tests/api-resources/webhooks.test.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: standardWebhooks(),
  secret: { form: 'whsec', hint: 'the signing secret of the endpoint (whsec_…)', shortBelow: 24 },
  type: [['body:type']],
  key: [['header:webhook-id']],
  time: ['body:created_at'],
  retry: 'to 72 h exponential',
  ackLimit: 'few s',
  setup: [
    "In the project's settings → Webhooks create an endpoint with the source's URL and copy the secret, which is shown once.",
  ],
  test: '"Send test event" on the endpoint.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"evt_1","object":"event","created_at":{s},"type":"response.completed","data":{"id":"resp_1"}}',
  },
}
