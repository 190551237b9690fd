import type { Provider } from '../provider.ts'
import { standardWebhooks } from '../schemes/standard-webhooks.ts'

export const clerk: Provider = {
  id: 'clerk',
  name: 'Clerk',
  docs: 'https://clerk.com/docs/webhooks/overview',
  checked: '2026-11-25',
  source: 'clerk/javascript packages/backend/src/webhooks.ts',
  confidence: 'S/K',
  proof: 'generated',
  scheme: standardWebhooks({ prefixes: ['svix', 'webhook'] }),
  secret: { form: 'whsec', hint: 'the signing secret of the endpoint (whsec_…)', shortBelow: 24 },
  type: [['body:type']],
  key: [['header:svix-id|header:webhook-id']],
  time: ['body:timestamp'],
  retry: 'Svix schedule',
  ackLimit: '15 s',
  setup: ["In Configure → Webhooks add an endpoint with the source's URL and copy its Signing Secret."],
  test: 'Tab Testing → "Send Example".',
  sample: { contentType: 'application/json', body: '{"type":"user.created","timestamp":{ms},"data":{"id":"user_1"}}' },
}
