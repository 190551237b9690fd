import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const notion: Provider = {
  id: 'notion',
  name: 'Notion',
  docs: 'https://developers.notion.com/reference/webhooks',
  checked: '2026-11-25',
  source: 'notion-sdk-js src/webhooks.ts',
  confidence: 'S/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-notion-signature', format: { type: 'plain', prefix: 'sha256=' } }),
  secret: { form: 'text', isOptional: true, hint: 'nothing: it is learned from the first handshake' },
  type: [['body:type']],
  key: [['body:id']],
  time: ['body:timestamp'],
  volatile: ['/attempt_number'],
  handshakes: [{ kind: 'notion' }],
  retry: '~8 over 24 h; attempt_number',
  ackLimit: 'not published',
  setup: [
    'Create the source without a secret.',
    "In the integration's Webhooks tab create a subscription with the source's URL: the source keeps the verification token, which you then paste back from the Handshake tab's source at Notion.",
  ],
  test: 'Change a page the integration can see.',
  sample: {
    contentType: 'application/json',
    body: '{"id":"{id}","timestamp":"{iso}","type":"page.created","attempt_number":1,"entity":{"id":"p1","type":"page"}}',
  },
}
