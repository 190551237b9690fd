import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const workos: Provider = {
  id: 'workos',
  name: 'WorkOS',
  docs: 'https://workos.com/docs/events/data-syncing/webhooks',
  checked: '2026-11-25',
  source: 'workos-node, workos-python',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({
    header: 'workos-signature',
    format: { type: 'kv', separator: ',', time: 't', signature: 'v1' },
    signed: ['{ts}', '.', '{body}'],
    time: { unit: 'ms' },
    bounds: { pastS: 180, futureS: 180 },
  }),
  secret: { form: 'text', hint: 'the signing secret of the endpoint, used as text' },
  type: [['body:event']],
  key: [['body:id']],
  time: ['body:created_at'],
  retry: '6 over 3 days',
  ackLimit: 'not published',
  setup: ["In Developer → Webhooks create an endpoint with the source's URL and copy its Signing secret."],
  test: '"Send test event" on the endpoint.',
  sample: {
    contentType: 'application/json',
    body: '{"object":"event","id":"{id}","event":"user.created","created_at":"{iso}","data":{}}',
  },
}
