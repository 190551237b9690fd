import type { Provider } from '../provider.ts'
import { box } from '../schemes/box.ts'

export const boxProvider: Provider = {
  id: 'box',
  name: 'Box',
  docs: 'https://developer.box.com/guides/webhooks/v2/signatures-v2/',
  checked: '2026-11-25',
  source: 'box-node-sdk src/managers/webhooks.ts',
  confidence: 'S/K',
  proof: 'vector',
  scheme: box(),
  secret: { form: 'text', hint: 'the primary and the secondary signature key, a line each' },
  type: [['body:trigger']],
  key: [['header:box-delivery-id']],
  time: ['body:created_at'],
  retry: '~10 over hours',
  ackLimit: '30 s',
  setup: [
    'In the developer console → your app → Webhooks generate both signature keys.',
    "Create a webhook (V2) with the source's URL.",
  ],
  test: 'Upload a file to the target folder.',
  sample: {
    contentType: 'application/json',
    headers: { 'box-delivery-id': '{id}' },
    body: '{"type":"webhook_event","webhook":{"id":"1"},"trigger":"FILE.UPLOADED","created_at":"{iso}","source":{"id":"1","type":"file"}}',
  },
}
