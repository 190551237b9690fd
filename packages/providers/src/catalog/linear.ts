import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const linear: Provider = {
  id: 'linear',
  name: 'Linear',
  docs: 'https://linear.app/developers/webhooks',
  checked: '2026-11-25',
  source: 'linear/linear packages/sdk/src/webhooks/client.ts',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({
    header: 'linear-signature',
    time: { body: 'webhookTimestamp', unit: 'ms' },
    bounds: { pastS: 60, futureS: 60 },
  }),
  secret: { form: 'text', hint: 'the signing secret of the webhook' },
  type: [['header:linear-event|body:type', 'body:action']],
  key: [['header:linear-delivery']],
  time: ['body:createdAt'],
  answer: { status: 200, headers: {}, body: '' },
  retry: '3: 1 m, 1 h, 6 h; only 200 counts',
  ackLimit: '5 s',
  setup: ["In Settings → API → Webhooks create a webhook with the source's URL and copy its signing secret."],
  test: 'Change an issue of the team.',
  sample: {
    contentType: 'application/json',
    headers: { 'linear-delivery': '{id}', 'linear-event': 'Issue' },
    body: '{"action":"create","type":"Issue","createdAt":"{iso}","data":{"id":"1"},"webhookTimestamp":{ms}}',
  },
}
