import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const onfido: Provider = {
  id: 'onfido',
  name: 'Onfido',
  docs: 'https://documentation.onfido.com/api/latest/#webhooks',
  checked: '2026-11-25',
  source: 'onfido-node tests',
  confidence: 'S/K',
  proof: 'vector',
  scheme: hmac({ header: 'x-sha2-signature' }),
  secret: { form: 'text', hint: 'the token of the webhook' },
  type: [['body:payload.action']],
  key: [],
  time: ['body:payload.object.completed_at_iso8601'],
  retry: 'not published',
  ackLimit: 'not published',
  setup: ["In Developers → Webhooks add one with the source's URL and copy its token."],
  test: 'Complete a check in the sandbox.',
  sample: {
    contentType: 'application/json',
    body: '{"payload":{"resource_type":"check","action":"check.completed","object":{"id":"{id}","status":"complete","completed_at_iso8601":"{iso}"}}}',
  },
}
