import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const asana: Provider = {
  id: 'asana',
  name: 'Asana',
  docs: 'https://developers.asana.com/docs/webhooks-guide',
  checked: '2026-11-25',
  source: 'developers.asana.com/docs/webhooks-guide',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-hook-signature' }),
  secret: { form: 'text', isOptional: true, hint: 'nothing: it is learned from the first handshake' },
  type: [['item:action', 'item:resource.resource_type']],
  key: [],
  time: ['item:created_at'],
  split: { path: 'events' },
  handshakes: [{ kind: 'asana' }],
  retry: 'to 24 h, then deleted',
  ackLimit: '10 s',
  setup: [
    'Create the source without a secret.',
    "POST /webhooks with the source's URL as target: Asana sends its secret in the handshake, and the source keeps it.",
  ],
  test: 'Change a task of the resource.',
  notes: [
    'One source per webhook: every webhook has its own secret, and the first one stays.',
    "Events have no id: each gets one from the request's hash and its place in it.",
  ],
  sample: {
    contentType: 'application/json',
    body: '{"events":[{"action":"changed","created_at":"{iso}","resource":{"gid":"1337","resource_type":"task"}}]}',
  },
}
