import type { Provider } from '../provider.ts'
import { hmac } from '../schemes/hmac.ts'

export const docusign: Provider = {
  id: 'docusign',
  name: 'DocuSign',
  docs: 'https://developers.docusign.com/platform/webhooks/connect/hmac/',
  checked: '2026-11-25',
  source: 'developers.docusign.com connect/hmac',
  confidence: 'T/K',
  proof: 'generated',
  scheme: hmac({ header: 'x-docusign-signature-', numbered: true, encoding: 'base64' }),
  secret: { form: 'text', hint: 'a Connect HMAC key of the account' },
  type: [['body:event']],
  key: [],
  time: ['body:generatedDateTime'],
  retry: 'to 15 days; retryCount',
  ackLimit: '100 s',
  setup: [
    'In Settings → Connect → Connect Keys add a secret key.',
    "Add a custom configuration (JSON) with the source's URL and HMAC signature included.",
  ],
  test: 'Send an envelope.',
  notes: [
    'There is one header per key of the account. A retry counts itself inside the body, so each is an event of its own.',
  ],
  sample: {
    contentType: 'application/json',
    body: '{"event":"envelope-completed","apiVersion":"v2.1","retryCount":0,"generatedDateTime":"{iso}","data":{"envelopeId":"{id}"}}',
  },
}
